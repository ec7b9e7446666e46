/**
 * Programs on pseudo terminals, as actors. A supervisor starts sessions; each
 * session owns one program, keeps its last output, and outlives the viewers
 * that attach to it.
 *
 * It needs `--allow-ffi`, `--allow-read`, `--allow-write`, `--allow-run` for
 * the programs, and `--allow-env` unless each program is given its environment.
 *
 * @module
 */
export * from "./errors.ts";
export type { EndingLimits } from "./ending.ts";
export type { PtyLimits } from "./options.ts";
export type { OutputStep } from "./output_cursor.ts";
export type * from "./protocol.ts";
export type { PtyCommand, PtyExit, SignalName } from "./pty.ts";
export {
  type AttachOptions,
  type PtyAttachment,
  PtySession,
} from "./pty_session.ts";
export type { PtyControls } from "./pty_controls.ts";
export type { ScreenSnapshot } from "./screen_reader.ts";
export type { PtySize } from "./size.ts";
export {
  type PtySpec,
  ptySupervisor,
  type PtySupervisorMessage,
  type PtySupervisorOptions,
  type PtySupervisorRef,
} from "./supervisor_actor.ts";
export * from "./supervisor_calls.ts";

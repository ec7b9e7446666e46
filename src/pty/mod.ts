/**
 * Programs on pseudo terminals, as actors: sessions that outlive their
 * viewers. Needs `--allow-ffi`, `--allow-read`, `--allow-write`, and
 * `--allow-run` for what is to run; `--allow-env` where the environment is
 * handed on.
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
  type PtyControls,
  PtySession,
} from "./pty_session.ts";
export type { PtySize } from "./size.ts";
export {
  type PtySpec,
  ptySupervisor,
  type PtySupervisorMessage,
  type PtySupervisorOptions,
  type PtySupervisorRef,
} from "./supervisor.ts";
export * from "./supervisor_calls.ts";

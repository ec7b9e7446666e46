/**
 * What sibling rooms use of `pty`, besides `mod.ts`. None of it is part of the
 * API.
 *
 * @module
 */
export {
  LIMIT_NAMES,
  type ResolvedPtyLimits,
  resolvePtyLimits,
} from "./options.ts";
export type { OpenScreen, SessionScreen } from "./session_screen.ts";
export { ptySupervisorWith } from "./supervisor_actor.ts";
export { typeInto } from "./pty_session.ts";
export { hangUp, type OpenTerminal, openTerminalOf } from "./open_terminals.ts";

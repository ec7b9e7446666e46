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
export { typeInto } from "./pty_session.ts";
export { hangUp, type OpenTerminal, openTerminalOf } from "./open_terminals.ts";

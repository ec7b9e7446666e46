/**
 * What sibling rooms use of `pty`, besides `mod.ts`. None of it is part of the
 * API.
 *
 * @module
 */
export { type ResolvedPtyLimits, resolvePtyLimits } from "./options.ts";

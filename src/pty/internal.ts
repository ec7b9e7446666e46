/**
 * What sibling rooms use of `pty`, besides `mod.ts`. It is no part of the API.
 *
 * @module
 */
export { resolvePtyLimits } from "./options.ts";

/**
 * What sibling rooms use of `metrics`, besides `mod.ts`. It is no part of the API.
 *
 * @module
 */
export { Distribution } from "./distribution.ts";

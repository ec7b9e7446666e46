/**
 * What sibling rooms use of `metrics`, besides `mod.ts`. None of it is part of the API.
 *
 * @module
 */
export { Distribution } from "./distribution.ts";

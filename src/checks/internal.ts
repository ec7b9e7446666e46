/**
 * What sibling rooms use of `checks`, besides `mod.ts`. It is no part of the API.
 *
 * @module
 */
export {
  checkAddress,
  checkBytes,
  checkCodec,
  checkFunction,
  checkNumber,
  checkObject,
  checkString,
  resolveNumbers,
} from "./checks.ts";

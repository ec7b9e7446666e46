/**
 * What sibling rooms use of `checks`: the one way to check options, and the
 * texts of errors. None of it is part of the API.
 *
 * Every check throws `Cannot use <name>: it is <value>, it must be <what>`: a
 * `TypeError` for the wrong type or string, a `RangeError` for a number that is
 * out of its range.
 *
 * @module
 */
export { checkAddress, checkPeerAddress } from "./address.ts";
export {
  checkArray,
  checkBoolean,
  checkBytes,
  checkFunction,
  checkMethods,
  checkObject,
  checkSignal,
  checkString,
} from "./kinds.ts";
export { closestName } from "./closest_name.ts";
export { checkDuration } from "./duration.ts";
export {
  checkInteger,
  checkNumber,
  countFrom,
  describeRange,
  isInRange,
  type NumberRange,
} from "./number.ts";
export { checkNoArguments } from "./no_arguments.ts";
export { resolveNumbers } from "./numbers.ts";
export { checkOneOf } from "./one_of.ts";
export { checkOptionNames, type OptionNames } from "./option_names.ts";
export { reasonOf } from "./reason.ts";
export { kindOf, shown } from "./shown.ts";

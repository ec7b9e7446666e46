/**
 * What sibling rooms use of `metrics`, besides `mod.ts`. None of it is part of the API.
 *
 * @module
 */
export {
  addStateTo,
  Distribution,
  type DistributionState,
  stateOf,
} from "./distribution.ts";

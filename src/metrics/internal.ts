/**
 * What sibling rooms use of `metrics`, besides `mod.ts`. None of it is part of the API.
 *
 * @module
 */
export {
  addStateTo,
  Distribution,
  type DistributionState,
  quantileOf,
  stateOf,
  summaryOf,
  valuesOf,
} from "./distribution.ts";
export { baseUnitOf } from "./base_unit.ts";
export {
  attachSource,
  type LiveHistogram,
  type LiveSample,
  readSources,
} from "./live_samples.ts";
export type {
  LoadEnd,
  LoadEvent,
  LoadOperation,
  LoadResults,
  LoadRun,
} from "./load_event.ts";

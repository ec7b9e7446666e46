/**
 * What sibling rooms use of `store` besides `mod.ts`; not part of the API.
 *
 * @module
 */
export { filterShape } from "./query/filter_shape.ts";
export {
  type BuiltIndex,
  openTrial,
  sizeOfStore,
  type StoreTrial,
  type TrialCopy,
} from "./trial/store_trial.ts";
export { loadSharp, scaled } from "./files/scale_image.ts";
export {
  checkThumbSizes,
  parseThumbSize,
  type ThumbSize,
} from "./schema/thumb_size.ts";

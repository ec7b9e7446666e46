/**
 * What sibling rooms use of `stats`, besides `mod.ts`. It is no part of the API.
 *
 * @module
 */
export { bcaInterval, type BcaOptions, type Interval } from "./bca.ts";
export { hodgesLehmann, WalshAverages } from "./hodges_lehmann.ts";
export { holm } from "./holm.ts";
export { normalCdf, normalQuantile } from "./normal.ts";
export { type Random, randomStream } from "./random.ts";
export { type SignedRank, wilcoxonSignedRank } from "./wilcoxon.ts";

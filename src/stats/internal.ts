/**
 * Statistics that sibling rooms use. None of it is part of the API.
 *
 * @module
 */
export { bcaInterval, type Interval } from "./bca.ts";
export { hodgesLehmann, WalshAverages } from "./hodges_lehmann.ts";
export { holm } from "./holm.ts";
export { normalCdf, normalQuantile } from "./normal.ts";
export { type Random, randomStream } from "./random.ts";
export { studentQuantile } from "./student_t.ts";
export { wilcoxonSignedRank } from "./wilcoxon.ts";

/**
 * The parts of a result by name, for the load engine itself: users read them
 * where they are.
 *
 * @module
 */
import type { OperationResult } from "./operation_result.ts";
import type { LoadResult } from "./result.ts";

/** One phase of a run. */
export type PhaseResult = LoadResult["phases"][number];

/** One stage of a load, with the operations that were planned in it. */
export type StageResult = LoadResult["stages"][number];

/** What became of the virtual users. */
export type UserResult = LoadResult["users"];

/** What one of several threads did, replacements and all phases included. */
export type WorkerResult = LoadResult["workers"][number];

/** How well the load generator itself could keep up. */
export type GeneratorHealth = LoadResult["generator"];

/** Where and with what a run took place. */
export type RunOrigin = LoadResult["origin"];

/** An error of an operation in all phases of a run, with one example. */
export type RunError = LoadResult["errors"][number];

/** What charts need of one operation, or of all together. */
export type OperationDetail = LoadResult["details"][number];

/** An error message and how often it occurred. */
export type ErrorCount = OperationResult["errors"][number];

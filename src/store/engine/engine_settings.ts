/**
 * What an engine is opened with, checked and complete.
 *
 * @module
 */
import type { WriterPlan } from "./protocol.ts";

/** Bounds of an engine. */
export interface EngineLimits {
  /** Writes that may wait. */
  readonly maxQueuedWrites: number;
  /** Reads that may wait. */
  readonly maxQueuedReads: number;
  /** Milliseconds that a read may take. */
  readonly readTimeoutMs: number;
}

/** What an engine is opened with. */
export interface EngineSettings {
  readonly writer: WriterPlan;
  readonly readers: number;
  readonly limits: EngineLimits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

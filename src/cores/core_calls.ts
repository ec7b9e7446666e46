/**
 * What the main thread and its workers ask each other on their own account.
 *
 * @module
 */
import { CoreTopic } from "./core_topic.ts";

/** Who takes new connections; see `CoresOptions.spread`. */
export type CoreSpread = "kernel" | "first_worker";

/** What a worker is started with. */
export interface CoreStart {
  /** The module whose default export is called. */
  readonly module: string;
  readonly index: number;
  readonly count: number;
  readonly incarnation: number;
  readonly spread: CoreSpread;
  readonly data: unknown;
  readonly shutdownMs: number;
}

/** Loads the module and calls it; the reply says that it has returned. */
export const START: CoreTopic<CoreStart> = new CoreTopic("troupe.start");
/** Ends everything in order; the reply says that nothing is left. */
export const STOP: CoreTopic<void> = new CoreTopic("troupe.stop");
/** Asks for a sign of life. */
export const PING: CoreTopic<void> = new CoreTopic("troupe.ping");

/**
 * Options of load tests: of the manager that runs them, and of each run.
 *
 * @module
 */
import type { ActorSystem, Clock } from "../actor/mod.ts";
import type { MetricsFeed } from "../metrics/mod.ts";
import type { DriverMap } from "./driver.ts";
import type { LoadProgress } from "./result.ts";
import type { HealthLimits } from "./run/health.ts";

/** What a `LoadTestManager` works with. */
export interface LoadTestManagerOptions {
  /** Code for protocols, by the names that operations use. */
  readonly drivers: DriverMap;
  /**
   * The source of time.
   * @default {realClock}
   */
  readonly clock?: Clock;
  /** Watches the generator; its last snapshot is told with the progress. */
  readonly collector?: MetricsFeed;
  /** From where on a run does not count. */
  readonly health?: HealthLimits;
}

/** What the hooks of a run are told. */
export interface HookContext {
  /** What the target has told by the named groups of its `readyPattern`. */
  readonly target: { readonly [name: string]: string };
  /** Aborts when the hook has taken too long, or the run is aborted. */
  readonly signal: AbortSignal;
}

/** Options of one run. */
export interface RunOptions {
  /** Aborts the run, in whichever phase it is; there is a result all the same. */
  readonly signal?: AbortSignal;
  /**
   * Where the virtual users live, to watch them; the run shuts it down.
   * @default {one of its own}
   */
  readonly system?: ActorSystem;
  /** Is told about once a second how the load goes. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Prepares the service, after the target has started. */
  readonly prepare?: (context: HookContext) => void | Promise<void>;
  /** Cleans up, before the target ends; also when all else went wrong. */
  readonly cleanup?: (context: HookContext) => void | Promise<void>;
}

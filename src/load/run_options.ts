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

/** Options of a `LoadTestManager`. */
export interface LoadTestManagerOptions {
  /** The drivers, by the names that operations use for them. */
  readonly drivers: DriverMap;
  /**
   * The source of time for the whole run.
   * @default {realClock}
   */
  readonly clock?: Clock;
  /** Watches the generator; progress includes its last snapshot. */
  readonly collector?: MetricsFeed;
  /** Limits of the generator beyond which a run is invalid. */
  readonly health?: HealthLimits;
}

/** What the hooks of a run receive. */
export interface HookContext {
  /** The outputs of the target: what the groups of `readyPattern` matched. */
  readonly target: { readonly [name: string]: string };
  /**
   * A signal that aborts when the hook takes too long, or the run is aborted.
   */
  readonly signal: AbortSignal;
}

/** Options of one run. */
export interface RunOptions {
  /** Aborts the run in any phase; `run` still resolves to a result. */
  readonly signal?: AbortSignal;
  /**
   * The actor system of the virtual users, to watch them. The run shuts it
   * down.
   * @default {a system of its own}
   */
  readonly system?: ActorSystem;
  /**
   * The threads that generate the load, from 1 to 1024. With more than one,
   * each is a worker with a share of the users, arrivals and records; there are
   * no more than users. The result is one of all of them.
   * @default {1, the thread of the program}
   */
  readonly workers?: number;
  /**
   * The module whose default export are the drivers, by name, as an absolute
   * URL: each worker makes its own, since functions cannot be sent to it. Not
   * needed for {@linkcode standardDrivers}.
   */
  readonly driversModule?: URL | string;
  /** Called about once a second with the progress of the load. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Prepares the service; called after the target has started. */
  readonly prepare?: (context: HookContext) => void | Promise<void>;
  /** Cleans up; called before the target ends, whatever happened before. */
  readonly cleanup?: (context: HookContext) => void | Promise<void>;
}

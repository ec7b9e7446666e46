/**
 * The steps of a scenario that are performed once: its setup and its teardown.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { reasonOf } from "../../checks/internal.ts";
import type { JsonValue } from "../../codec/mod.ts";
import type {
  Driver,
  DriverMap,
  DriverSession,
  OperationOutcome,
} from "../driver.ts";
import { LoadTestError, OperationTimeoutError } from "../load_errors.ts";
import { onceSteps, type PlacedStep } from "../scenario/placed_steps.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { compileSingle } from "./compiled_operation.ts";
import { withTimeout } from "./with_timeout.ts";

/** The number of whoever performs them: users are numbered from 0 on. */
const NUMBER = -1;

/** Options of {@linkcode OnceSteps}. */
export interface OnceStepsOptions {
  readonly scenario: Scenario;
  readonly drivers: DriverMap;
  readonly outputs: { readonly [name: string]: string };
  readonly clock: Clock;
}

/** Performs setup and teardown, with sessions and captures in common. */
export class OnceSteps implements AsyncDisposable {
  readonly #options: OnceStepsOptions;
  readonly #sessions = new Map<Driver, DriverSession>();
  readonly #ended = new AbortController();
  /** What the setup has captured, by name. */
  readonly captured: Map<string, JsonValue> = new Map();

  constructor(options: OnceStepsOptions) {
    this.#options = options;
  }

  /**
   * Performs the setup, until a step fails.
   *
   * @throws {LoadTestError} if one does.
   */
  async setUp(signal: AbortSignal): Promise<void> {
    for (const placed of onceSteps(this.#options.scenario, "setup")) {
      await this.#perform(placed, signal);
    }
  }

  /**
   * Performs all steps of the teardown.
   *
   * @throws {LoadTestError} if any of them failed.
   */
  async tearDown(signal: AbortSignal): Promise<void> {
    const failures: string[] = [];
    for (const placed of onceSteps(this.#options.scenario, "teardown")) {
      // Nothing of a run happens after its result.
      if (signal.aborted) break;
      try {
        await this.#perform(placed, signal);
      } catch (error) {
        failures.push(reasonOf(error));
      }
    }
    if (failures.length > 0) throw new LoadTestError(failures.join("; "));
  }

  async #perform(placed: PlacedStep, signal: AbortSignal): Promise<void> {
    const { scenario, drivers, outputs, clock } = this.#options;
    const { row } = placed;
    try {
      const step = compileSingle(
        placed,
        scenario,
        drivers,
        outputs,
        this.captured,
      );
      const { timeoutMs, driver, wantsHeaders } = step;
      const timeoutError = () =>
        new OperationTimeoutError(`it took longer than ${timeoutMs} ms`);
      const outcome = await withTimeout(
        { clock, timeoutMs, timeoutError, signal },
        async (signal): Promise<OperationOutcome> => {
          const session = await this.#sessionOf(driver);
          return await session.perform({
            operation: row,
            request: step.request(NUMBER, 0),
            signal,
            wantsHeaders,
          });
        },
      );
      const wrong = step.checker?.(outcome) ??
        step.capturer?.(outcome, this.captured);
      if (wrong !== undefined) throw wrong;
    } catch (cause) {
      throw new LoadTestError(`${row} failed: ${reasonOf(cause)}`, { cause });
    }
  }

  async #sessionOf(driver: Driver): Promise<DriverSession> {
    const known = this.#sessions.get(driver);
    if (known !== undefined) return known;
    const { signal } = this.#ended;
    const session = await driver.open({ number: NUMBER, signal });
    if (signal.aborted) await session[Symbol.asyncDispose]();
    else this.#sessions.set(driver, session);
    return session;
  }

  /** Closes what the steps have opened. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(
      sessions.map((session) => session[Symbol.asyncDispose]()),
    );
  }
}

/**
 * What a virtual user performs besides its iterations: its setup before the
 * first one, and its teardown after the last.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { reasonOf } from "../../checks/internal.ts";
import type { JsonValue } from "../../codec/mod.ts";
import type { OperationOutcome } from "../driver.ts";
import { LoadTestError, OperationTimeoutError } from "../load_errors.ts";
import type { CompiledOperation, CompiledStep } from "./compiled_operation.ts";
import type { IterationValues } from "./iteration_values.ts";
import type { UserSessions } from "./user_sessions.ts";
import { withTimeout } from "./with_timeout.ts";

/** The numbers of the iterations that they are: others are 0 or more. */
const SETUP = -1;
const TEARDOWN = -2;

/** Setup and teardown of one user. */
export class UserSetup {
  readonly #operation: CompiledOperation;
  readonly #sessions: UserSessions;
  readonly #clock: Clock;
  /** What the setup has captured, by name. */
  readonly captured: Map<string, JsonValue> = new Map();
  /** Whether the setup has succeeded. */
  isDone = false;

  /** Any operation will do: all of them have the steps of users. */
  constructor(
    operation: CompiledOperation,
    sessions: UserSessions,
    clock: Clock,
  ) {
    this.#operation = operation;
    this.#sessions = sessions;
    this.#clock = clock;
  }

  /** Whether there is anything to do when the user ends. */
  get needsTeardown(): boolean {
    return this.isDone &&
      this.#operation.userSteps.teardown.length > 0;
  }

  /**
   * Performs the setup, until a step fails.
   *
   * @throws {LoadTestError} if one does.
   */
  async setUp(signal: AbortSignal): Promise<void> {
    const values = this.#operation.values(this.#sessions.user.number, SETUP);
    for (const step of this.#operation.userSteps.setup) {
      await this.#perform(step, values, signal);
    }
    for (const [name, value] of values.captures) {
      this.captured.set(name, value);
    }
    this.isDone = true;
  }

  /**
   * Performs all steps of the teardown.
   *
   * @throws {LoadTestError} if any of them failed.
   */
  async tearDown(signal: AbortSignal): Promise<void> {
    const { number } = this.#sessions.user;
    const values = this.#operation.values(number, TEARDOWN);
    values.shared = this.captured;
    const failures: string[] = [];
    for (const step of this.#operation.userSteps.teardown) {
      try {
        await this.#perform(step, values, signal);
      } catch (error) {
        failures.push(reasonOf(error));
      }
    }
    if (failures.length > 0) throw new LoadTestError(failures.join("; "));
  }

  async #perform(
    step: CompiledStep,
    values: IterationValues,
    signal: AbortSignal,
  ): Promise<void> {
    const { name, driver, timeoutMs, wantsHeaders } = step;
    const clock = this.#clock;
    const sessions = this.#sessions;
    const timeoutError = () =>
      new OperationTimeoutError(`it took longer than ${timeoutMs} ms`);
    try {
      const outcome = await withTimeout(
        { clock, timeoutMs, timeoutError, signal },
        async (signal): Promise<OperationOutcome> => {
          const session = sessions.get(driver) ??
            await sessions.open(driver);
          return await session.perform({
            operation: name,
            request: step.request(values.user, values.iteration, values),
            signal,
            wantsHeaders,
          });
        },
      );
      const wrong = step.checker?.(outcome) ??
        step.capturer?.(outcome, values.captures);
      if (wrong !== undefined) throw wrong;
    } catch (cause) {
      throw new LoadTestError(`${name} failed: ${reasonOf(cause)}`, { cause });
    }
  }
}

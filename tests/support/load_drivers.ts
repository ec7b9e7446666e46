/**
 * Drivers for tests of load tests: what an operation does is a function.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import type {
  Driver,
  DriverIssue,
  DriverSession,
  DriverUser,
  OperationCall,
  OperationOutcome,
} from "../../src/load/driver.ts";
import type { HealthLimits } from "../../src/load/run/health.ts";
import type { ManualClock } from "../../src/testing/manual_clock.ts";

/** Of a generator on any machine, whatever else runs there. */
export const ANY_MACHINE: HealthLimits = {
  lagP99Ms: Infinity,
  eventLoopDelayP99Ms: Infinity,
  cpuCores: Infinity,
};

/** What users have done with a {@linkcode TestDriver}. */
export class TestDriver implements Driver {
  readonly #perform: (
    call: OperationCall,
    user: DriverUser,
  ) => Promise<OperationOutcome>;
  /** Runs before a session is open; may reject. */
  beforeOpen: (user: DriverUser) => Promise<void> = () => Promise.resolve();
  /** Runs when a session is closed; may reject. */
  beforeClose: () => Promise<void> = () => Promise.resolve();
  opened = 0;
  closed = 0;
  performed = 0;
  readonly requests: OperationCall["request"][] = [];

  constructor(
    perform: (
      call: OperationCall,
      user: DriverUser,
    ) => Promise<OperationOutcome> = () => Promise.resolve({}),
  ) {
    this.#perform = perform;
  }

  validate(request: OperationCall["request"]): DriverIssue[] {
    return request["name"] === "bad"
      ? [{ path: ["name"], message: "is bad" }]
      : [];
  }

  async open(user: DriverUser): Promise<DriverSession> {
    await this.beforeOpen(user);
    this.opened++;
    return {
      perform: (call) => {
        this.performed++;
        if (this.requests.length < 100) this.requests.push(call.request);
        return this.#perform(call, user);
      },
      [Symbol.asyncDispose]: async () => {
        await this.beforeClose();
        this.closed++;
      },
    };
  }
}

/** Moves a clock on, step by step, until a run has its result. */
export async function drive<T>(
  clock: ManualClock,
  run: Promise<T>,
  stepMs = 50,
): Promise<T> {
  let isSettled = false;
  let steps = 0;
  const settle = () => isSettled = true;
  run.then(settle, settle);
  while (!isSettled) {
    // Whatever actors and promises have to do, before time passes.
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    clock.advance(stepMs);
    // As long a run as tests have: what goes on after that never ends.
    if (++steps > 1_000_000) throw new Error("The run does not end");
  }
  return await run;
}

/** Settles when the signal of an operation aborts, as a driver should. */
export function hang({ signal }: OperationCall): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

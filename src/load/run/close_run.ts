/**
 * The end of what a run has open, whatever ends the run.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { reasonOf } from "../../checks/internal.ts";
import { LoadTestError } from "../load_errors.ts";
import type { Load } from "./load.ts";
import type { OnceSteps } from "./once_steps.ts";
import { withTimeout } from "./with_timeout.ts";

/**
 * Closes what users have open, then performs the teardown of the run. Once the
 * signal aborts, teardowns are given up, and what is open is closed all the
 * same. What the teardown fails at is added to the warnings.
 */
export async function closeRun(
  load: Load | undefined,
  once: OnceSteps | undefined,
  signal: AbortSignal,
  warnings: string[],
): Promise<void> {
  const hurry = () => load?.abort();
  signal.addEventListener("abort", hurry, { once: true });
  try {
    await load?.[Symbol.asyncDispose]();
  } finally {
    signal.removeEventListener("abort", hurry);
    try {
      await using steps = once;
      await steps?.tearDown(signal);
    } catch (error) {
      warnings.push(`The teardown: ${reasonOf(error)}.`);
    }
  }
}

/** Waits for work to end, well or badly, but no longer than a time. */
export async function settle(
  work: Promise<void> | undefined,
  timeoutMs: number,
  clock: Clock,
): Promise<void> {
  if (work === undefined || timeoutMs <= 0) return;
  const timeoutError = () => new LoadTestError("It took too long");
  await withTimeout(
    { clock, timeoutMs, timeoutError, signal: undefined },
    () => work,
  ).catch(() => {});
}

/**
 * One thread of a pool of workers, from the inside.
 *
 * @module
 */
import { Script } from "node:vm";
import { realClock, TroupeError } from "../actor/mod.ts";
import { abortGuarded, report } from "../actor/internal.ts";
import { Channel, Transferred } from "./channel.ts";
import { CANCEL, LOAD, RUN, type TaskRequest } from "./pool_calls.ts";
import type { TaskHandler } from "./task_handler.ts";

/** The longest time for which a script may be limited. */
const MAX_SCRIPT_MS = 2 ** 31 - 1_000;
/** Milliseconds beyond the deadline, which is the pool's to find. */
const MARGIN_MS = 50;
/** Where the script finds what to call. */
const CALL = "troupe.pool.call";
const script = new Script(`globalThis[Symbol.for(${JSON.stringify(CALL)})]()`);

/** Runs the tasks that come over `port`. */
export function runPoolWorker(port: MessagePort): void {
  let handler: TaskHandler<unknown, unknown>;
  let cancelling = new AbortController();
  const channel = new Channel(port, {
    clock: realClock,
    from: -1,
    peer: "the pool",
  });
  channel.handle(LOAD.handledBy(async (module) => {
    const { default: loaded } = await import(module);
    if (typeof loaded !== "function") {
      throw new TroupeError(
        `${module} has no function as its default export, such as export default (task) => { … }`,
      );
    }
    handler = loaded;
  }));
  channel.handle(CANCEL.handledBy(() => {
    const reason = new DOMException("The task was cancelled", "AbortError");
    abortGuarded(
      cancelling,
      reason,
      (cause) =>
        report("A listener to the signal of a task has failed:", cause),
    );
  }));
  channel.handle(RUN.handledBy(async ({ task, deadlineMs }: TaskRequest) => {
    cancelling = new AbortController();
    const moved: Transferable[] = [];
    const result = await interruptible(deadlineMs, () =>
      handler(task, {
        signal: cancelling.signal,
        transfer: (...objects) => void moved.push(...objects),
      }));
    return moved.length === 0 ? result : new Transferred(result, moved);
  }));
}

/**
 * Calls a function, and interrupts it after so many milliseconds even if it
 * never comes back to the event loop, which Deno does not do when it ends a
 * worker. After the function's first `await` nothing interrupts it.
 */
function interruptible<T>(
  deadlineMs: number,
  call: () => T,
): T | Promise<never> {
  if (deadlineMs > MAX_SCRIPT_MS) return call();
  const outcome: { value?: T } = {};
  Object.defineProperty(globalThis, Symbol.for(CALL), {
    configurable: true,
    value() {
      outcome.value = call();
    },
  });
  try {
    const timeout = Math.ceil(deadlineMs) + MARGIN_MS;
    script.runInThisContext({ timeout });
  } catch (error) {
    // The pool has given this thread up by now, and ends it.
    if (isTimeout(error)) return new Promise<never>(() => {});
    throw error;
  }
  return outcome.value as T;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}

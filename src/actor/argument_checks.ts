/**
 * Checks of what actors and their references are called with, for programs
 * without types.
 *
 * @module
 */
import {
  checkDuration,
  checkOptionNames,
  checkSignal,
  checkString,
  closestName,
  kindOf,
  type OptionNames,
  shown,
} from "../checks/internal.ts";
import { BaseCell } from "./base_cell.ts";
import type { SpawnOptions } from "./behavior.ts";
import type { AskOptions } from "./ref.ts";

/** The options of a spawn; those of the mailbox are checked with it. */
export const SPAWN_OPTIONS: OptionNames<SpawnOptions<unknown>> = {
  name: true,
  mailbox: true,
  shutdownMs: true,
};

const ASK_OPTIONS: OptionNames<AskOptions> = { timeoutMs: true, signal: true };

/**
 * Checks that something is a behaviour.
 *
 * @throws {TypeError} if it is not a function.
 */
export function checkBehavior(behavior: unknown): void {
  if (typeof behavior === "function") return;
  throw new TypeError(
    `Cannot use behavior: it is ${
      kindOf(behavior)
    }, it must be a function, such as () => ({ receive(message) {} })`,
  );
}

/**
 * Checks what an actor is spawned with, but for the mailbox, which checks its
 * own options when it is created.
 *
 * @throws {TypeError} if an argument has the wrong type, or an option is not
 * known.
 * @throws {RangeError} if a number is out of its range.
 */
export function checkSpawn<M>(
  behavior: unknown,
  options: SpawnOptions<M> | undefined,
): void {
  checkBehavior(behavior);
  if (options === undefined) return;
  checkOptionNames<SpawnOptions<M>>("spawn()", options, SPAWN_OPTIONS);
  checkSpawnValues(options);
}

/**
 * Checks the values of the options of a spawn, but for the mailbox.
 *
 * @throws {TypeError} if an option has the wrong type.
 * @throws {RangeError} if a number is out of its range.
 */
export function checkSpawnValues<M>(
  { name, shutdownMs }: SpawnOptions<M>,
): void {
  if (name !== undefined) checkString("name", name);
  if (shutdownMs !== undefined) checkDuration("shutdownMs", shutdownMs);
}

/**
 * Checks the options of an ask.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if `timeoutMs` is negative or `NaN`.
 */
export function checkAskOptions(options: AskOptions): void {
  checkOptionNames("ask()", options, ASK_OPTIONS);
  const { timeoutMs, signal } = options;
  if (timeoutMs !== undefined) checkDuration("timeoutMs", timeoutMs);
  if (signal !== undefined) checkSignal("signal", signal);
}

/**
 * Checks that an argument is a reference to an actor.
 *
 * @throws {TypeError} if it is anything else.
 */
export function checkRef(name: string, ref: unknown): asserts ref is BaseCell {
  if (ref instanceof BaseCell) return;
  throw new TypeError(
    `Cannot use ${name}: it is ${
      shown(ref)
    }, it must be a reference to an actor`,
  );
}

/**
 * Returns why what a behaviour has returned is no handler, or `undefined` if
 * it is one.
 */
export function handlerFault(
  handler: unknown,
  actor: { readonly shownPath: string },
): TypeError | undefined {
  const hasProperties = typeof handler === "object" && handler !== null ||
    typeof handler === "function";
  if (!hasProperties) {
    return new TypeError(
      `Cannot start ${actor.shownPath}: its behavior returned ${
        handler === undefined ? "nothing" : shown(handler)
      }, it must return a handler, such as { receive(message) {} }`,
    );
  }
  if ("receive" in handler && typeof handler.receive === "function") {
    const inspect = "inspect" in handler ? handler.inspect : undefined;
    if (inspect === undefined || typeof inspect === "function") return;
    return new TypeError(
      `Cannot start ${actor.shownPath}: inspect of its handler is ${
        kindOf(inspect)
      }, it must be a function that returns what may be shown, or left out`,
    );
  }
  const receive = "receive" in handler ? handler.receive : undefined;
  const names = Object.keys(handler).filter((name) => name !== "receive");
  const meant = closestName("receive", names);
  return new TypeError(
    `Cannot start ${actor.shownPath}: receive of its handler is ${
      kindOf(receive)
    }, it must be a function${
      meant === undefined
        ? ""
        : `; ${JSON.stringify(meant)} is not known, did you mean "receive"?`
    }`,
  );
}

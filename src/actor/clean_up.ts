/**
 * The clean-up of a handler.
 *
 * @module
 */
import type { BaseCell } from "./base_cell.ts";
import type { Handler } from "./behavior.ts";
import type { ExitReason } from "./ref.ts";
import { isThenable } from "./thenable.ts";

/**
 * Calls the `stopped` of a handler as its actor. Then calls `done` or `failed`
 * once, at once unless there is a promise to wait for.
 */
export function callStopped<M>(
  actor: BaseCell,
  handler: Handler<M>,
  reason: ExitReason,
  done: () => void,
  failed: (cause: unknown) => void,
): void {
  const { core } = actor;
  // This may run in the turn of a child whose end has led here.
  const { current } = core;
  core.current = actor;
  let cleaning: Promise<void> | undefined;
  try {
    const result = handler.stopped?.(reason);
    if (isThenable(result)) cleaning = Promise.resolve(result);
  } catch (error) {
    core.current = current;
    return failed(error);
  }
  core.current = current;
  // Not in the `try`: it may end the ancestors too, whose errors are theirs.
  if (cleaning === undefined) done();
  else cleaning.then(done, failed);
}

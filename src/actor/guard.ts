/**
 * Calls of user code from timers, events and promises, where nobody else would
 * catch what it throws.
 *
 * @module
 */
import { reasonOf } from "../checks/internal.ts";
import { isThenable } from "./thenable.ts";

/** Writes to stderr what must not be silent; never throws. */
export function report(what: string, cause: unknown): void {
  try {
    console.error(what, cause);
  } catch {
    // An object that throws when it is printed.
    console.error(what, reasonOf(cause));
  }
}

/**
 * Calls user code, and passes what it throws, or what its promise rejects with,
 * to `failed`. Returns whether it has not thrown.
 */
export function callGuarded(
  callback: () => unknown,
  failed: (cause: unknown) => void,
): boolean {
  try {
    const result = callback();
    if (isThenable(result)) Promise.resolve(result).then(undefined, failed);
    return true;
  } catch (error) {
    failed(error);
    return false;
  }
}

/**
 * Aborts a signal, and passes what its listeners throw to `failed`. Otherwise
 * the platform would report that as an uncaught error, which ends the process.
 */
export function abortGuarded(
  controller: AbortController,
  reason: unknown,
  failed: (cause: unknown) => void,
): void {
  const onError = (event: ErrorEvent): void => {
    event.preventDefault();
    failed(event.error);
  };
  // Node has no such event, and reports it later, as it does for all signals.
  if (!("addEventListener" in globalThis)) return controller.abort(reason);
  // Listeners run, and are reported, during the call of abort().
  globalThis.addEventListener("error", onError);
  try {
    controller.abort(reason);
  } finally {
    globalThis.removeEventListener("error", onError);
  }
}

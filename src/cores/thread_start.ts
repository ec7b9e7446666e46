/**
 * The first thing that a worker does; the other half of `worker_thread.ts`.
 *
 * @module
 */
import { requestLock } from "./locks.ts";
import { LOCK_HELD, type ThreadStart } from "./worker_thread.ts";

/** Holds the lock of this worker while it lives, then calls `run`. */
export function onThreadStart(run: (port: MessagePort) => void): void {
  const scope = globalThis as typeof globalThis & {
    postMessage(message: unknown): void;
  };
  scope.addEventListener("message", (event) => {
    const { data } = event as MessageEvent<ThreadStart>;
    void requestLock(data.lock, () => {
      scope.postMessage(LOCK_HELD);
      run(data.port);
      return new Promise(() => {});
    });
  }, { once: true });
}

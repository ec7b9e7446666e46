/**
 * Web Locks, which Deno has and its types do not know yet.
 *
 * @module
 */

/** What is used of the platform's lock manager. */
interface LockManager {
  request(
    name: string,
    callback: () => void | Promise<void>,
  ): Promise<void>;
}

const locks: LockManager = Reflect.get(navigator, "locks");

/**
 * Waits for a lock that all threads share, and holds it until the promise that
 * `callback` returns has settled, or this thread has ended.
 */
export function requestLock(
  name: string,
  callback: () => void | Promise<void>,
): Promise<void> {
  return locks.request(name, callback);
}

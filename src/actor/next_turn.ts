/**
 * The next turn of the event loop, on every platform that has one.
 *
 * @module
 */

type Callback = () => void;

/** What Deno and Node have, and browsers have not. */
const { setImmediate } = globalThis as {
  setImmediate?: (callback: Callback) => void;
};

/**
 * Calls `callback` in the next turn of the event loop, after what has arrived
 * meanwhile. Browsers delay timers, so a message to itself takes the place of
 * one there.
 */
export const nextTurn: (callback: Callback) => void = setImmediate ??
  byMessages();

function byMessages(): (callback: Callback) => void {
  const { port1, port2 } = new MessageChannel();
  const callbacks: Callback[] = [];
  port1.onmessage = () => callbacks.shift()?.();
  return (callback) => {
    callbacks.push(callback);
    port2.postMessage(0);
  };
}

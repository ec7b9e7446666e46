/**
 * One worker thread, seen from the main thread: how it is started, and how one
 * knows for sure that it is gone.
 *
 * A worker that exits or closes itself raises no event. So each holds a lock of
 * its own while it lives (Web Locks), and the main thread waits for that lock.
 *
 * @module
 */
import { setImmediate } from "node:timers/promises";
import { requestLock } from "./locks.ts";

/** What the main thread posts to a worker first. */
export interface ThreadStart {
  /** The name of the lock that the worker holds while it lives. */
  readonly lock: string;
  /** The worker's end of the channel. */
  readonly port: MessagePort;
}

/** What a worker posts when it holds its lock. */
export const LOCK_HELD = "troupe.lock_held";

/** One worker thread, with the port to it and the moment of its end. */
export class WorkerThread {
  /** The main thread's end of the channel. */
  readonly port: MessagePort;
  /** Resolves when the thread has ended and its sockets are closed. */
  readonly gone: Promise<void>;
  /** What ended it, if that was an error. */
  failure: Error | undefined;
  readonly #worker: Worker;
  readonly #lock = `troupe.worker.${crypto.randomUUID()}`;
  readonly #gone = Promise.withResolvers<void>();
  #isWaiting = false;

  /**
   * Starts a thread that runs `module`, one of ours.
   *
   * @param name What the thread is called in error texts and debuggers.
   */
  constructor(module: URL, name: string) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.gone = this.#gone.promise;
    this.#worker = new Worker(module, { type: "module", name });
    this.#worker.addEventListener("message", ({ data }: MessageEvent) => {
      if (data === LOCK_HELD) void this.#awaitLock();
    });
    this.#worker.addEventListener("error", (event: ErrorEvent) => {
      // Otherwise an error in one thread would end all.
      event.preventDefault();
      this.failure ??= new Error(event.message);
      void this.#awaitLock();
    });
    const start: ThreadStart = { lock: this.#lock, port: port2 };
    this.#worker.postMessage(start, [port2]);
  }

  /**
   * Ends the thread, at once where it waits for something. A thread that
   * computes goes on until it comes back to its event loop: Deno does not
   * interrupt it.
   */
  terminate(): void {
    this.#worker.terminate();
    void this.#awaitLock();
  }

  async #awaitLock(): Promise<void> {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    await requestLock(this.#lock, () => {});
    this.#worker.terminate();
    // What the thread said last is delivered first.
    await setImmediate();
    this.#gone.resolve();
  }
}

/**
 * The readers of a store: what waits for them is bounded, and what has come
 * meanwhile crosses in one message.
 *
 * @module
 */
import type { Clock, Timer } from "../../actor/mod.ts";
import { nextTurn } from "../../actor/internal.ts";
import {
  StoreBusyError,
  type StoreClosedError,
  StoreLostError,
  StoreTimeoutError,
} from "../errors.ts";
import type { Outcome, ReadCall, RowSet } from "./protocol.ts";
import type { ThreadLink } from "./thread_link.ts";

/** Reads that cross in one message, at most: those behind a slow one wait for it. */
const MAX_TOGETHER = 32;
/** Messages that a thread has at once: it reads one while the last is taken in. */
const MAX_AHEAD = 2;
/** Milliseconds after which a thread is slow, and gets no second message. */
const SLOW_MS = 2;
/** Threads that may end during a read until it fails. */
const MAX_TRIES = 2;

interface WaitingRead {
  readonly call: ReadCall;
  readonly resolve: (rows: RowSet) => void;
  readonly reject: (error: unknown) => void;
  /** Stops listening to its signal. */
  forget(): void;
  tries: number;
}

/** What a thread has to do. */
interface Lane {
  messages: number;
  /** When it began with the first of them, as far as one knows. */
  since: number;
}

/** What a pool needs of its engine. */
export interface ReadPoolOptions {
  readonly clock: Clock;
  readonly maxQueued: number;
  readonly timeoutMs: number;
  /** Makes an error of what has gone wrong. */
  readonly errorOf: (error: unknown) => unknown;
}

/** The readers of a store. */
export class ReadPool {
  readonly #options: ReadPoolOptions;
  readonly #waiting = new Set<WaitingRead>();
  /** The threads that can be used. */
  readonly #lanes = new Map<ThreadLink, Lane>();
  #isScheduled = false;
  #closed: StoreClosedError | undefined;

  constructor(options: ReadPoolOptions) {
    this.#options = options;
  }

  /** Reads that wait for a thread. */
  get size(): number {
    return this.#waiting.size;
  }

  /** A reader can be used. */
  up(link: ThreadLink): void {
    this.#lanes.set(link, { messages: 0, since: 0 });
    void link.gone.then(() => this.#lanes.delete(link));
    this.#next();
  }

  /** Reads as soon as a reader is free. */
  read(call: ReadCall, signal: AbortSignal | undefined): Promise<RowSet> {
    const refused = this.#refusal(signal);
    if (refused !== undefined) return Promise.reject(refused);
    const { promise, resolve, reject } = Promise.withResolvers<RowSet>();
    const onAbort = (): void => {
      this.#waiting.delete(waiting);
      reject(signal?.reason);
    };
    const waiting: WaitingRead = {
      call,
      resolve,
      reject,
      forget: () => signal?.removeEventListener("abort", onAbort),
      tries: 0,
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiting.add(waiting);
    this.#schedule();
    return promise;
  }

  #refusal(signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    if (this.#closed !== undefined) return this.#closed;
    const { maxQueued } = this.#options;
    if (this.#waiting.size < maxQueued) return undefined;
    return new StoreBusyError(
      `Cannot read: ${maxQueued} reads wait already, come back later or raise maxQueuedReads`,
    );
  }

  /** Rejects all that waits. */
  close(error: StoreClosedError): void {
    this.#closed = error;
    for (const { reject, forget } of this.#waiting) {
      forget();
      reject(error);
    }
    this.#waiting.clear();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    nextTurn(() => {
      this.#isScheduled = false;
      this.#next();
    });
  }

  #next(): void {
    // A thread that has nothing to do comes first.
    for (let ahead = 0; ahead < MAX_AHEAD; ahead++) {
      if (this.#waiting.size === 0) return;
      const now = performance.now();
      const free = [...this.#lanes].filter(([, { messages, since }]) =>
        messages === ahead && (messages === 0 || now - since < SLOW_MS)
      );
      for (const [i, [link, lane]] of free.entries()) {
        if (this.#waiting.size === 0) return;
        // The other readers have a part of them.
        const share = Math.ceil(this.#waiting.size / (free.length - i));
        if (lane.messages++ === 0) lane.since = now;
        void this.#read(link, this.#taken(Math.min(share, MAX_TOGETHER)));
      }
    }
  }

  #taken(count: number): WaitingRead[] {
    const together: WaitingRead[] = [];
    for (const waiting of this.#waiting) {
      if (together.length === count) break;
      this.#waiting.delete(waiting);
      together.push(waiting);
    }
    return together;
  }

  #isBack(link: ThreadLink): void {
    const lane = this.#lanes.get(link);
    if (lane === undefined) return;
    lane.messages--;
    lane.since = performance.now();
  }

  async #read(
    link: ThreadLink,
    together: readonly WaitingRead[],
  ): Promise<void> {
    const timer = this.#watch(link, together);
    try {
      const outcomes = await link.read(together.map(({ call }) => call));
      this.#isBack(link);
      // The thread goes on while these are taken in.
      this.#next();
      for (let i = 0; i < together.length; i++) {
        settle(
          together[i] as WaitingRead,
          outcomes[i] as Outcome<RowSet>,
          this.#options.errorOf,
        );
      }
    } catch (error) {
      this.#isBack(link);
      for (const waiting of together) this.#failed(waiting, error);
      this.#next();
    } finally {
      timer?.cancel();
    }
  }

  /** A read changes nothing, so another thread may try it again. */
  #failed(waiting: WaitingRead, error: unknown): void {
    const isLost = error instanceof StoreLostError;
    if (isLost && ++waiting.tries < MAX_TRIES && this.#closed === undefined) {
      this.#waiting.add(waiting);
      return;
    }
    waiting.forget();
    waiting.reject(this.#closed ?? this.#options.errorOf(error));
  }

  /** Gives reads up that take too long, and the thread that cannot be interrupted. */
  #watch(
    link: ThreadLink,
    together: readonly WaitingRead[],
  ): Timer | undefined {
    const { clock, timeoutMs } = this.#options;
    if (timeoutMs === Infinity) return undefined;
    return clock.schedule(timeoutMs, () => {
      for (const waiting of together) {
        waiting.tries = MAX_TRIES;
        waiting.forget();
        waiting.reject(
          new StoreTimeoutError(
            `Cannot read: it took over ${timeoutMs} ms, add an index or raise readTimeoutMs`,
          ),
        );
      }
      this.#lanes.delete(link);
      link.end();
    });
  }
}

function settle(
  { resolve, reject, forget }: WaitingRead,
  outcome: Outcome<RowSet>,
  errorOf: (error: unknown) => unknown,
): void {
  forget();
  if (outcome.failure === undefined) resolve(outcome.value);
  else reject(errorOf(outcome.failure));
}

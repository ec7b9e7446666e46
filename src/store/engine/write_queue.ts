/**
 * What waits for the writer of a store. What has come while it wrote is written
 * together, in order; a transaction that is led from outside has it alone.
 *
 * @module
 */
import { nextTurn } from "../../actor/internal.ts";
import { StoreBusyError, type StoreClosedError } from "../errors.ts";
import type { WriteStep } from "./engine.ts";
import type { Outcome, WriteValues } from "./protocol.ts";
import type { ThreadLink } from "./thread_link.ts";

/** Writes of one transaction, at most. */
const MAX_TOGETHER = 1000;

/** One write that waits. */
export interface WaitingWrite {
  readonly steps: readonly WriteStep[];
  readonly resolve: (values: WriteValues) => void;
  readonly reject: (error: unknown) => void;
  /** Stops listening to its signal. */
  forget(): void;
}

/** What a queue needs of its engine. */
export interface WriteQueueOptions {
  readonly maxQueued: number;
  /** Writes together; returns what has come of each. */
  readonly write: (
    link: ThreadLink,
    works: readonly (readonly WriteStep[])[],
  ) => Promise<readonly Outcome<WriteValues>[]>;
  /** Makes an error of what was thrown. */
  readonly errorOf: (error: unknown) => unknown;
}

type Turn = (link: ThreadLink) => Promise<void>;

/** The queue in front of a writer. */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #waiting = new Set<WaitingWrite>();
  readonly #turns = new Set<Turn>();
  #link: ThreadLink | undefined;
  #isBusy = false;
  #heldMs = 0;
  #heldSince = 0;
  #isScheduled = false;
  #wasTurn = false;
  #closed: StoreClosedError | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  /** Writes that wait, without those that are being written. */
  get size(): number {
    return this.#waiting.size + this.#turns.size;
  }

  /** Milliseconds in which the writer was taken so far. */
  get heldMs(): number {
    const open = this.#isBusy ? performance.now() - this.#heldSince : 0;
    return this.#heldMs + open;
  }

  /** The writer can be used. */
  up(link: ThreadLink): void {
    this.#link = link;
    this.#next();
  }

  /** The writer is gone; what waits goes on waiting. */
  down(): void {
    this.#link = undefined;
  }

  /** Adds a write; resolves after its commit. */
  write(
    steps: readonly WriteStep[],
    signal: AbortSignal | undefined,
  ): Promise<WriteValues> {
    const refused = this.#refusal(signal);
    if (refused !== undefined) return Promise.reject(refused);
    const { promise, resolve, reject } = Promise.withResolvers<WriteValues>();
    const onAbort = (): void => {
      this.#waiting.delete(waiting);
      reject(signal?.reason);
    };
    const waiting: WaitingWrite = {
      steps,
      resolve,
      reject,
      forget: () => signal?.removeEventListener("abort", onAbort),
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiting.add(waiting);
    this.#schedule();
    return promise;
  }

  /** Runs something alone on the writer, which it has until the promise settles. */
  alone<T>(
    run: (link: ThreadLink) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const refused = this.#refusal(signal);
    if (refused !== undefined) return Promise.reject(refused);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const onAbort = (): void => {
      this.#turns.delete(turn);
      reject(signal?.reason);
    };
    const turn: Turn = async (link) => {
      signal?.removeEventListener("abort", onAbort);
      try {
        resolve(await run(link));
      } catch (error) {
        reject(error);
      }
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    rejections.set(turn, reject);
    this.#turns.add(turn);
    this.#schedule();
    return promise;
  }

  #refusal(signal: AbortSignal | undefined): unknown {
    if (signal?.aborted) return signal.reason;
    if (this.#closed !== undefined) return this.#closed;
    const { maxQueued } = this.#options;
    if (this.size < maxQueued) return undefined;
    return new StoreBusyError(
      `Cannot write: ${maxQueued} writes wait already, come back later or raise maxQueuedWrites`,
    );
  }

  /** Takes nothing more; resolves when what waits is done. */
  async drain(error: StoreClosedError): Promise<void> {
    this.#closed = error;
    if (this.size === 0 && !this.#isBusy) return;
    this.#idle ??= Promise.withResolvers();
    await this.#idle.promise;
  }

  /** Rejects all that waits. */
  close(error: StoreClosedError): void {
    this.#closed = error;
    for (const waiting of this.#waiting) {
      waiting.forget();
      waiting.reject(error);
    }
    this.#waiting.clear();
    for (const turn of this.#turns) rejections.get(turn)?.(error);
    this.#turns.clear();
    this.#idle?.resolve();
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isBusy) return;
    this.#isScheduled = true;
    nextTurn(() => {
      this.#isScheduled = false;
      this.#next();
    });
  }

  #next(): void {
    const link = this.#link;
    if (link === undefined || this.#isBusy) return;
    if (this.size === 0) return this.#idle?.resolve();
    const [turn] = this.#turns;
    // Neither those that write together nor those alone wait for all others.
    if (turn !== undefined && (!this.#wasTurn || this.#waiting.size === 0)) {
      this.#turns.delete(turn);
      this.#wasTurn = true;
      return void this.#occupy(turn(link));
    }
    this.#wasTurn = false;
    const together: WaitingWrite[] = [];
    for (const waiting of this.#waiting) {
      if (together.length === MAX_TOGETHER) break;
      this.#waiting.delete(waiting);
      together.push(waiting);
    }
    void this.#occupy(this.#write(link, together));
  }

  async #occupy(work: Promise<void>): Promise<void> {
    this.#isBusy = true;
    this.#heldSince = performance.now();
    await work;
    this.#heldMs += performance.now() - this.#heldSince;
    this.#isBusy = false;
    this.#next();
  }

  async #write(
    link: ThreadLink,
    together: readonly WaitingWrite[],
  ): Promise<void> {
    const { write, errorOf } = this.#options;
    try {
      const outcomes = await write(link, together.map(({ steps }) => steps));
      for (const [i, { resolve, reject, forget }] of together.entries()) {
        forget();
        const outcome = outcomes[i] as Outcome<WriteValues>;
        if (outcome.failure === undefined) resolve(outcome.value);
        else reject(errorOf(outcome.failure));
      }
    } catch (error) {
      for (const { reject, forget } of together) {
        forget();
        reject(errorOf(error));
      }
    }
  }
}

/** How whoever waits for a turn is rejected when there will be none. */
const rejections = new WeakMap<Turn, (error: unknown) => void>();

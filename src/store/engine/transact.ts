/**
 * A transaction that is led from the main thread, alone on the writer.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { abortGuarded, report } from "../../actor/internal.ts";
import { StoreClosedError, StoreTimeoutError } from "../errors.ts";
import { rowsOf } from "./rows.ts";
import type { Change, Transaction, WriteOutcome, WriteWork } from "./engine.ts";
import { FailureError } from "./failure.ts";
import type { WriteValues } from "./protocol.ts";
import type { ThreadLink } from "./thread_link.ts";

/** Rows that a read returns, at most, if it does not say. */
const MAX_ROWS = 100_000;

/** What a transaction needs of its engine. */
export interface TransactOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Makes an error of what has gone wrong. */
  readonly errorOf: (error: unknown) => unknown;
  readonly outcomeOf: (work: WriteWork, values: WriteValues) => WriteOutcome;
  /** Called after the commit, with what it has changed. */
  readonly committed: (
    changes: readonly Change[],
    cursor: number,
  ) => Promise<void>;
}

/**
 * Runs a transaction: it is committed when the promise of `run` resolves, and
 * rolled back when it rejects, takes too long or is aborted.
 */
export async function transact<T>(
  link: ThreadLink,
  run: (tx: Transaction) => Promise<T>,
  options: TransactOptions,
): Promise<T> {
  const { clock, timeoutMs, signal, errorOf } = options;
  const cut = Promise.withResolvers<never>();
  cut.promise.catch((reason) => {
    if (open.isOpen) {
      abortGuarded(
        open.controller,
        reason,
        (cause) =>
          report(
            "A listener to the signal of a transaction has failed:",
            cause,
          ),
      );
    }
  });
  const timer = clock.schedule(timeoutMs, () => {
    cut.reject(
      new StoreTimeoutError(
        `Cannot commit the transaction: it took over ${timeoutMs} ms and was rolled back, do less in it or raise its time-out`,
      ),
    );
  });
  const onAbort = (): void => cut.reject(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const open = new OpenTransaction(link, options);
  try {
    await link.ask("begin", null);
    const result = await Promise.race([run(open), cut.promise]);
    open.end();
    const { changes, cursor } = await link.ask("commit", null);
    await options.committed(changes, cursor);
    return result;
  } catch (error) {
    open.end();
    // A thread that is gone has rolled it back.
    await link.ask("rollback", null).catch(() => {});
    throw error instanceof FailureError ? errorOf(error) : error;
  } finally {
    timer.cancel();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** What is done in a transaction, for as long as it is open. */
class OpenTransaction implements Transaction {
  readonly #link: ThreadLink;
  readonly #options: TransactOptions;
  readonly controller: AbortController = new AbortController();
  isOpen = true;

  constructor(link: ThreadLink, options: TransactOptions) {
    this.#link = link;
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  end(): void {
    this.isOpen = false;
  }

  read: Transaction["read"] = async (
    { sql, values, isLimited = false },
    { maxRows = MAX_ROWS } = {},
  ) => {
    const call = { sql, values, maxRows, isLimited };
    return rowsOf(await this.#ask(() => this.#link.ask("tx_read", call)));
  };

  write: Transaction["write"] = async ({ steps }) => {
    const now = this.#options.now();
    const values = await this.#ask(() =>
      this.#link.ask("tx_write", { steps, now })
    );
    return this.#options.outcomeOf({ steps }, values);
  };

  async #ask<T>(ask: () => Promise<T>): Promise<T> {
    if (!this.isOpen) {
      throw new StoreClosedError("Cannot use the transaction: it has ended");
    }
    try {
      return await ask();
    } catch (error) {
      throw this.#options.errorOf(error);
    }
  }
}

/**
 * One connection after another: the next is opened when somebody needs it,
 * after a back-off, and shared by all who wait.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { backoffDelayMs, type ResolvedBackoff } from "../actor/internal.ts";
import {
  ConnectError,
  ConnectionResetError,
  ErrorCode,
  HandshakeTimeoutError,
  SessionLostError,
} from "../session/mod.ts";

/** What a {@linkcode Reconnector} is made of. */
export interface ReconnectorOptions<T> {
  readonly clock: Clock;
  readonly backoff: ResolvedBackoff;
  /** Opens a connection. */
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** Returns whether a connection has ended. */
  readonly isOver: (connection: T) => boolean;
  /** Returns a promise that resolves when a connection has ended. */
  readonly ended: (connection: T) => Promise<void>;
  /** Closes a connection in order. */
  readonly close: (connection: T) => Promise<void>;
  /** Frees what a connection holds that has ended, maybe on one side alone. */
  readonly discard: (connection: T) => void;
}

/** Codes of a session that was ended, or refused, for good. */
const LASTING_CODES: ReadonlySet<number | undefined> = new Set([
  ErrorCode.PROTOCOL,
  ErrorCode.VERSION,
  ErrorCode.UNAUTHORIZED,
]);

/** Keeps a connection open for those who need one. */
export class Reconnector<T> {
  /** Connections that were opened so far. */
  opened = 0;
  /** How many wait for a connection. */
  waiting = 0;
  /** Why there is no connection, if the last attempt failed. */
  failure: unknown;
  readonly #options: ReconnectorOptions<T>;
  #current: T | undefined;
  #opening: Promise<T> | undefined;
  #opener: AbortController | undefined;
  #closeReason: unknown;
  /** Failures in a row. */
  #failures = 0;
  /** When the current connection was opened. */
  #upSince = 0;
  /** When the next connection may be opened. */
  #notBefore = -Infinity;

  constructor(options: ReconnectorOptions<T>) {
    this.#options = options;
  }

  /** Whether `close` was called. */
  get isClosed(): boolean {
    return this.#closeReason !== undefined;
  }

  /** The connection that is open, if there is one. */
  get current(): T | undefined {
    const current = this.#current;
    if (current === undefined) return undefined;
    if (this.#options.isOver(current)) this.lost(current, undefined);
    return this.#current;
  }

  /**
   * Returns a connection when there is one, unless `over` rejects first. No
   * attempt is made when nobody waits any more.
   *
   * @throws what opening it rejects with, if trying again does not help.
   */
  async next(over: Promise<never>): Promise<T> {
    if (this.isClosed) throw this.#closeReason;
    this.#opening ??= this.#open();
    this.waiting++;
    try {
      return await Promise.race([this.#opening, over]);
    } finally {
      if (--this.waiting === 0) this.#giveUp(undefined);
    }
  }

  /** A connection has ended; does nothing if that is known. */
  lost(connection: T, error: unknown): void {
    if (this.#current !== connection) {
      // Why is known later than that, unless there is another one by now.
      if (this.#current === undefined) this.failure ??= error;
      return;
    }
    this.#current = undefined;
    const { clock, backoff, discard } = this.#options;
    discard(connection);
    if (clock.now() - this.#upSince >= backoff.resetAfterMs) this.#failures = 0;
    this.#failed(error);
  }

  /** Closes what is open, and refuses all who wait. */
  async close(reason: unknown): Promise<void> {
    this.#closeReason ??= reason;
    this.#giveUp(this.#closeReason);
    if (this.#current !== undefined) await this.#options.close(this.#current);
  }

  /** Nobody needs the connection that is being opened. */
  #giveUp(reason: unknown): void {
    this.#opener?.abort(reason);
    this.#opening = this.#opener = undefined;
  }

  async #open(): Promise<T> {
    const opener = this.#opener = new AbortController();
    const { signal } = opener;
    try {
      for (;;) {
        await this.#backOff(signal);
        try {
          return await this.#attempt(signal);
        } catch (error) {
          signal.throwIfAborted();
          if (!mayPass(error)) throw error;
          this.#failed(error);
        }
      }
    } finally {
      if (this.#opener === opener) this.#opening = this.#opener = undefined;
    }
  }

  async #attempt(signal: AbortSignal): Promise<T> {
    const { open, close, ended, clock } = this.#options;
    const opening = Promise.try(() => open(signal));
    let connection: T;
    try {
      connection = await unlessAborted(opening, signal);
      signal.throwIfAborted();
    } catch (error) {
      // What comes of it then is held by nobody.
      if (signal.aborted) opening.then(close).catch(() => {});
      throw error;
    }
    this.opened++;
    this.failure = undefined;
    this.#upSince = clock.now();
    this.#current = connection;
    void ended(connection).then(() => this.lost(connection, undefined));
    return connection;
  }

  #failed(error: unknown): void {
    const { clock, backoff } = this.#options;
    if (error !== undefined) this.failure = error;
    const retryAfterMs = error instanceof SessionLostError
      ? error.retryAfterMs
      : 0;
    const delayMs = backoffDelayMs(backoff, this.#failures++);
    this.#notBefore = clock.now() + Math.max(delayMs, retryAfterMs);
  }

  async #backOff(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const delayMs = this.#notBefore - clock.now();
    if (!(delayMs > 0)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = clock.schedule(delayMs, resolve);
    await unlessAborted(promise, signal).finally(() => timer.cancel());
  }
}

/** Waits for a promise, and no longer than until the signal aborts. */
async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Returns whether another attempt may succeed where one failed with this. */
function mayPass(error: unknown): boolean {
  if (error instanceof SessionLostError) return !LASTING_CODES.has(error.code);
  return error instanceof ConnectError ||
    error instanceof HandshakeTimeoutError ||
    error instanceof ConnectionResetError;
}

/**
 * The link of a client to its bus: one session after another, and the parts
 * that are made again on each, such as subscriptions.
 *
 * @module
 */
import type { TroupeError } from "../../../actor/mod.ts";
import {
  backoffDelayMs,
  callGuarded,
  report,
} from "../../../actor/internal.ts";
import {
  ConnectionRefusedError,
  type Connector,
  ErrorCode,
  ProtocolError,
  SessionLostError,
} from "../../../session/mod.ts";
import { BusClosedError, BusLimitError } from "../../errors.ts";
import type { LinkSettings } from "./link_options.ts";
import { LinkSession } from "./link_session.ts";

/** What lives as long as the bus, over one session after another. */
export interface LinkPart {
  /** Begins, or begins again, over a session. */
  attach(session: LinkSession): void;
  /** The session was lost; `attach` follows, or `end`. */
  detach(cause: unknown): void;
  /** The bus, or this part of it, has ended. */
  end(error: unknown): void;
  /** Whether it is a subscription, which misses what is published. */
  readonly isSubscription: boolean;
}

/** Codes of a session that was ended, or refused, for good. */
const LASTING_CODES: ReadonlySet<number | undefined> = new Set([
  ErrorCode.PROTOCOL,
  ErrorCode.VERSION,
  ErrorCode.UNAUTHORIZED,
]);

/** The link of a client to its bus. */
export class Link {
  readonly settings: LinkSettings;
  readonly #connector: Connector;
  readonly #parts = new Map<LinkPart, number>();
  readonly #closing = new AbortController();
  #session: LinkSession | undefined;
  #next = Promise.withResolvers<LinkSession>();
  #error: unknown;
  #attempts = 0;
  #upSince = 0;
  /** Called when there is a session again, before all else. */
  onUp: (session: LinkSession) => void = () => {};
  /** Called once, when there will be no session any more. */
  onEnd: (error: unknown) => void = () => {};

  constructor(connector: Connector, settings: LinkSettings) {
    this.#connector = connector;
    this.settings = settings;
    this.#next.promise.catch(() => {});
  }

  /** The session, if there is one now. */
  get session(): LinkSession | undefined {
    return this.#session;
  }

  /** Why there will be no session any more; `undefined` if there may be. */
  get error(): unknown {
    return this.#error;
  }

  /**
   * Connects for the first time.
   *
   * @throws what connecting rejects with.
   */
  async start(): Promise<void> {
    const { signal } = this.settings;
    const session = await this.#open(signal);
    if (this.#error !== undefined) return session.abandon(this.#error);
    this.#up(session);
  }

  /** Returns the session, as soon as there is one. */
  next(): Promise<LinkSession> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#session !== undefined) return Promise.resolve(this.#session);
    return this.#next.promise;
  }

  /**
   * Adds a part, which is attached at once if there is a session; does nothing
   * if it was added before.
   *
   * @throws {BusClosedError} if there will be none.
   */
  add(part: LinkPart): void {
    if (this.#error !== undefined) throw this.#error;
    if (this.#parts.has(part)) return;
    this.#parts.set(part, 0);
    if (this.#session !== undefined) part.attach(this.#session);
  }

  /** Forgets a part. */
  remove(part: LinkPart): void {
    this.#parts.delete(part);
  }

  /** A part has a connection that works. */
  partIsUp(part: LinkPart): void {
    if (this.#parts.has(part)) this.#parts.set(part, 0);
  }

  /** The connection of a part has ended, and not in order. */
  partFailed(part: LinkPart, session: LinkSession, cause: unknown): void {
    const failures = this.#parts.get(part);
    if (session !== this.#session || failures === undefined) return;
    if (cause instanceof SessionLostError) return this.#lost(session, cause);
    if (
      cause instanceof ConnectionRefusedError || cause instanceof ProtocolError
    ) {
      this.#parts.delete(part);
      return part.end(
        cause instanceof ProtocolError
          ? new BusClosedError(
            `Cannot go on: the bus has sent what is no ${cause.message}`,
            { cause },
          )
          : new BusLimitError(cause.message, { cause }),
      );
    }
    if (!this.settings.reconnect) return this.#lost(session, cause);
    part.detach(wrap(cause));
    this.#parts.set(part, failures + 1);
    const { clock, backoff } = this.settings;
    const again = (): void => {
      if (session === this.#session && this.#parts.has(part)) {
        part.attach(session);
      }
    };
    this.#timers.add(
      clock.schedule(backoffDelayMs(backoff, failures), again),
    );
  }

  readonly #timers = new Set<{ cancel(): void }>();

  /** Ends in order: what was sent is taken by the session. */
  async close(error: unknown): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    const closing = session?.close(error);
    this.#end(error);
    await closing;
  }

  #open(signal: AbortSignal | undefined): Promise<LinkSession> {
    const { maxOutboxBytes } = this.settings;
    const closing = this.#closing.signal;
    return LinkSession.open({
      connector: this.#connector,
      maxOutboxBytes,
      signal: signal === undefined
        ? closing
        : AbortSignal.any([signal, closing]),
    });
  }

  #up(session: LinkSession): void {
    this.#session = session;
    this.#upSince = this.settings.clock.now();
    void session.lost.then((cause) => this.#lost(session, cause));
    this.#next.resolve(session);
    this.onUp(session);
    for (const part of [...this.#parts.keys()]) {
      this.#parts.set(part, 0);
      part.attach(session);
    }
  }

  #lost(session: LinkSession, cause: unknown): void {
    if (session !== this.#session) return;
    this.#session = undefined;
    const error = wrap(cause);
    session.abandon(error);
    this.#cancelTimers();
    const parts = [...this.#parts.keys()];
    const { reconnect, onLoss, clock, backoff } = this.settings;
    const reconnects = reconnect && !isLasting(cause);
    if (reconnects) {
      this.#next = Promise.withResolvers();
      this.#next.promise.catch(() => {});
      for (const part of parts) part.detach(error);
    }
    const subscriptions = parts.filter((part) => part.isSubscription).length;
    callGuarded(
      () => onLoss({ cause, reconnects, subscriptions }),
      (thrown) => report("The onLoss of a bus threw:", thrown),
    );
    if (!reconnects) return this.#end(error);
    if (clock.now() - this.#upSince >= backoff.resetAfterMs) this.#attempts = 0;
    void this.#reconnect(cause);
  }

  async #reconnect(cause: unknown): Promise<void> {
    const { clock, backoff, onReconnect } = this.settings;
    while (this.#error === undefined) {
      const least = cause instanceof SessionLostError ? cause.retryAfterMs : 0;
      const delay = Math.max(
        backoffDelayMs(backoff, this.#attempts++),
        least,
      );
      await new Promise<void>((resolve) => {
        const timer = clock.schedule(delay, resolve);
        this.#timers.add({
          cancel: () => {
            timer.cancel();
            resolve();
          },
        });
      });
      this.#timers.clear();
      if (this.#error !== undefined) return;
      try {
        const session = await this.#open(undefined);
        if (this.#error !== undefined) return session.abandon(this.#error);
        this.#up(session);
        callGuarded(
          onReconnect,
          (thrown) => report("The onReconnect of a bus threw:", thrown),
        );
        return;
      } catch (error) {
        cause = error;
        if (isLasting(error)) return this.#end(wrap(error));
      }
    }
  }

  #cancelTimers(): void {
    const timers = [...this.#timers];
    this.#timers.clear();
    for (const timer of timers) timer.cancel();
  }

  #end(error: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#closing.abort(error);
    this.#cancelTimers();
    this.#next.reject(error);
    const parts = [...this.#parts.keys()];
    this.#parts.clear();
    for (const part of parts) part.end(error);
    this.onEnd(error);
  }
}

/** Returns whether it would not help to connect again. */
function isLasting(cause: unknown): boolean {
  return cause instanceof ProtocolError ||
    cause instanceof ConnectionRefusedError ||
    (cause instanceof SessionLostError && LASTING_CODES.has(cause.code));
}

/** Returns the error that those get who wait for something. */
function wrap(cause: unknown): TroupeError {
  return cause instanceof BusClosedError ? cause : new BusClosedError(
    "Cannot go on: the session with the bus was lost, what was pending may have been done or not",
    { cause },
  );
}

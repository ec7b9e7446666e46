/**
 * What the methods of a stub do.
 *
 * @module
 */
import { ActorStoppedError, type Clock } from "../actor/mod.ts";
import { callGuarded, report } from "../actor/internal.ts";
import {
  checkDuration,
  checkFunction,
  checkInteger,
  checkOptionNames,
  checkSignal,
  type OptionNames,
} from "../checks/internal.ts";
import { MailboxFullError } from "../actor/mod.ts";
import { RequestTimeoutError } from "../rpc/mod.ts";
import { ConnectionClosedError } from "../session/mod.ts";
import type { ClientSettings } from "./client_settings.ts";
import type { ClientTarget, RemoteEnd } from "./client_target.ts";
import { UnknownOperationError } from "./errors.ts";
import { FrameType, NO_OPERATION, writeHead } from "./frames.ts";
import { IncomingStream } from "./incoming_stream.ts";
import {
  type NamedOperation,
  operationList,
  type Protocol,
} from "./protocol.ts";
import { checkSent } from "./schema_check.ts";
import type {
  RemoteAskOptions,
  RemoteStreamOptions,
  StubStats,
} from "./stub.ts";
import type { TargetSource } from "./target_source.ts";

const ASK_OPTIONS: OptionNames<RemoteAskOptions> = {
  timeoutMs: true,
  signal: true,
};
const STREAM_OPTIONS: OptionNames<RemoteStreamOptions> = {
  window: true,
  signal: true,
};
const NO_OPTIONS: RemoteAskOptions = {};

/** Behind a stub: its actor, and who watches it. */
export class StubHost {
  readonly #protocol: Protocol;
  readonly #operations: readonly NamedOperation[];
  readonly #settings: ClientSettings;
  readonly #source: TargetSource;
  readonly #watchers = new Set<(end: RemoteEnd) => void>();
  /** Why it cannot be called any more, over any connection. */
  #end: RemoteEnd | undefined;
  #isClosed = false;

  constructor(
    protocol: Protocol,
    settings: ClientSettings,
    source: TargetSource,
  ) {
    this.#protocol = protocol;
    this.#operations = operationList(protocol);
    this.#settings = settings;
    this.#source = source;
  }

  /** Listens for the end of an actor of the source. */
  follow(target: ClientTarget, isLast: boolean): void {
    const onEnd = (end: RemoteEnd): void => {
      // Over another connection there may be another actor.
      if (isLast) this.#end ??= end;
      if (!this.#isClosed) this.#notify(end);
    };
    target.onEnd = onEnd;
    if (target.end !== undefined) onEnd(target.end);
  }

  /** There will be no other connection. */
  giveUp(cause: unknown): void {
    this.#end ??= { type: "unavailable", cause };
    if (!this.#isClosed) this.#notify(this.#end);
  }

  tell(index: number, value: unknown): boolean {
    const named = this.#operations[index] as NamedOperation;
    const target = this.#source.current;
    if (target === undefined || target.end !== undefined || this.#isClosed) {
      return false;
    }
    const number = this.#numberOf(target, index, named);
    const { outbox, bodies } = target.link;
    if (outbox.isFull) return false;
    checkSent(named.operation.in, value, named.name);
    const message = bodies.encode(value);
    outbox.add(writeHead(message, FrameType.COMMAND, number));
    return true;
  }

  ask(
    index: number,
    value: unknown,
    options: RemoteAskOptions = NO_OPTIONS,
  ): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { name, operation } = this.#operations[index] as NamedOperation;
      if (options !== NO_OPTIONS) {
        checkOptionNames(`${name}()`, options, ASK_OPTIONS);
      }
      const { timeoutMs = this.#settings.timeoutMs, signal } = options;
      checkDuration("timeoutMs", timeoutMs);
      if (signal !== undefined) checkSignal("signal", signal);
      signal?.throwIfAborted();
      checkSent(operation.in, value, name);
      const target = this.#callable();
      if (target !== undefined) {
        this.#askOver(target, index, value, timeoutMs, signal, resolve, reject);
      } else {
        this.#askLater(index, value, timeoutMs, signal)
          .then(resolve, reject);
      }
    });
  }

  #askOver(
    target: ClientTarget,
    index: number,
    value: unknown,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    resolve: (reply: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    const named = this.#operations[index] as NamedOperation;
    const number = this.#numberOf(target, index, named);
    target.link.ask(number, named, value, timeoutMs, signal, resolve, reject);
  }

  /** Asks when there is a connection again. */
  async #askLater(
    index: number,
    value: unknown,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const { clock, maxPending } = this.#settings;
    if (this.#source.waiting >= maxPending) {
      throw new MailboxFullError(
        "Cannot ask: as many requests wait for a connection as may",
      );
    }
    const expiresAt = clock.now() + timeoutMs;
    const target = await this.#connected(clock, timeoutMs, signal);
    const leftMs = Math.max(0, Math.ceil(expiresAt - clock.now()));
    return await new Promise((resolve, reject) =>
      this.#askOver(target, index, value, leftMs, signal, resolve, reject)
    );
  }

  /** Waits for a connection. */
  async #connected(
    clock: Clock,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<ClientTarget> {
    const over = Promise.withResolvers<never>();
    const timer = timeoutMs === Infinity
      ? undefined
      : clock.schedule(timeoutMs, () => {
        const text = `there was no connection within ${timeoutMs} ms`;
        over.reject(
          new RequestTimeoutError(`Cannot wait longer for a reply: ${text}`),
        );
      });
    const onAbort = (): void => over.reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await this.#source.next(over.promise);
    } finally {
      timer?.cancel();
      signal?.removeEventListener("abort", onAbort);
    }
  }

  stream(
    index: number,
    value: unknown,
    options: RemoteStreamOptions = {},
  ): IncomingStream {
    const named = this.#operations[index] as NamedOperation;
    const { name, operation } = named;
    checkOptionNames(`${name}()`, options, STREAM_OPTIONS);
    const { window = 64, signal } = options;
    checkInteger("window", window, { min: 1, max: 65_536 });
    if (signal !== undefined) checkSignal("signal", signal);
    checkSent(operation.in, value, name);
    return new IncomingStream(window, signal, async (stream) => {
      const target = this.#callable() ??
        await this.#connected(this.#settings.clock, Infinity, signal);
      // Its reader may have left meanwhile.
      if (stream.hasEnded) return;
      const number = this.#numberOf(target, index, named);
      target.link.subscribe(number, named, value, stream);
    });
  }

  watch(listener: (end: RemoteEnd) => void): () => void {
    checkFunction("listener", listener);
    // One of its own, as a listener may watch twice.
    const watcher = (end: RemoteEnd): void => listener(end);
    this.#watchers.add(watcher);
    const end = this.#end ?? this.#source.current?.end;
    if (end !== undefined && !this.#isClosed) {
      queueMicrotask(() => {
        if (this.#watchers.has(watcher)) this.#call(watcher, end);
      });
    }
    return () => void this.#watchers.delete(watcher);
  }

  async ready(): Promise<void> {
    for (;;) {
      const target = this.#callable();
      if (target === undefined) {
        await this.#connected(this.#settings.clock, Infinity, undefined);
      } else if (target.link.outbox.isFull) await target.link.outbox.room();
      else return;
    }
  }

  stats(): StubStats {
    const { current, opened } = this.#source;
    const link = current?.link;
    return {
      connections: opened,
      inFlight: link?.inFlight ?? 0,
      queued: link?.outbox.messages ?? 0,
      queuedBytes: link?.outbox.bytes ?? 0,
      lateReplies: link?.lateReplies ?? 0,
    };
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#watchers.clear();
    return this.#source.close();
  }

  /**
   * Returns the actor, or `undefined` if there may be a connection later.
   *
   * @throws what it cannot be called for any more.
   */
  #callable(): ClientTarget | undefined {
    if (this.#isClosed) {
      throw new ConnectionClosedError("Cannot call: the stub is closed");
    }
    const { current } = this.#source;
    const end = this.#end ?? current?.end;
    if (end === undefined) return current;
    if (end.type === "unavailable") throw end.cause;
    throw new ActorStoppedError(
      `Cannot call the actor of ${this.#protocol.name}: it has stopped`,
      end.type === "failed" ? { cause: end.cause } : {},
    );
  }

  /**
   * Returns the number of an operation over there.
   *
   * @throws {UnknownOperationError} if the other side lacks it.
   */
  #numberOf(
    { numbers }: ClientTarget,
    index: number,
    { name }: NamedOperation,
  ): number {
    const number = numbers[index];
    if (number !== undefined && number !== NO_OPERATION) return number;
    throw new UnknownOperationError(this.#protocol.name, name);
  }

  #notify(end: RemoteEnd): void {
    for (const watcher of [...this.#watchers]) this.#call(watcher, end);
  }

  #call(watcher: (end: RemoteEnd) => void, end: RemoteEnd): void {
    callGuarded(() => watcher(end), (thrown) => {
      report("A watcher of a remote actor threw:", thrown);
    });
  }
}

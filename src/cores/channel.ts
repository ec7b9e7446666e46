/**
 * The typed channel between two threads: asks and tells by topic, over one
 * port. What is said in one turn crosses in one message, as a message costs tens
 * of microseconds whatever is in it.
 *
 * @module
 */
import {
  type AskOptions,
  AskTimeoutError,
  type Clock,
  MailboxFullError,
  TroupeError,
} from "../actor/mod.ts";
import { report } from "../actor/internal.ts";
import { checkDuration, checkSignal, reasonOf } from "../checks/internal.ts";
import type { CoreTopic, HandledTopic } from "./core_topic.ts";
import { CoreRequestError } from "./errors.ts";

/** Milliseconds that an ask waits by default, as that of an actor does. */
const ASK_TIMEOUT_MS = 5000;
/** Asks that may wait for their replies at once. */
const MAX_PENDING = 10_000;

/** One thing that is said; `id` joins an ask and its reply. */
type Packet =
  | { readonly type: "tell"; readonly topic: string; readonly value: unknown }
  | {
    readonly type: "ask";
    readonly id: number;
    readonly topic: string;
    readonly value: unknown;
  }
  | { readonly type: "reply"; readonly id: number; readonly value: unknown }
  | { readonly type: "failure"; readonly id: number; readonly text: string };

/** An ask that waits for its reply. */
interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** How something is asked. */
export interface ChannelAskOptions extends AskOptions {
  /** What moves to the other thread; then it is asked at once. */
  readonly transfer?: Transferable[];
}

/** What a channel needs besides its port. */
export interface ChannelOptions {
  readonly clock: Clock;
  /** Index of the worker at the other end; -1 for the main thread. */
  readonly from: number;
  /** Who is at the other end, for the texts of errors. */
  readonly peer: string;
}

/** What a handler returns to have a part of its reply moved, not copied. */
export class Transferred {
  readonly value: unknown;
  readonly transfer: Transferable[];

  constructor(value: unknown, transfer: Transferable[]) {
    this.value = value;
    this.transfer = transfer;
  }
}

/** One end of the channel between two threads. */
export class Channel {
  readonly #port: MessagePort;
  readonly #options: ChannelOptions;
  readonly #handlers: Map<string, HandledTopic>;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #batch: Packet[] = [];
  #closed: { readonly cause: Error } | undefined;

  /** @param handlers What this end handles; it may be shared and changed. */
  constructor(
    port: MessagePort,
    options: ChannelOptions,
    handlers: Map<string, HandledTopic> = new Map(),
  ) {
    this.#port = port;
    this.#options = options;
    this.#handlers = handlers;
    port.onmessage = ({ data, ports }: MessageEvent<readonly Packet[]>) => {
      for (const packet of data) this.#take(packet, ports);
    };
  }

  /** Lets a topic be handled; a later handler replaces an earlier one. */
  handle(handled: HandledTopic): Disposable {
    return addHandler(this.#handlers, handled);
  }

  /**
   * Sends a request without waiting for it to be handled. Returns false when
   * the channel is closed.
   *
   * @param transfer What moves to the other thread; then it is sent at once.
   * @throws {DataCloneError} with `transfer`, if the value cannot be copied.
   */
  tell<Request, Reply>(
    { name }: CoreTopic<Request, Reply>,
    value: Request,
    transfer?: Transferable[],
  ): boolean {
    if (this.#closed !== undefined) return false;
    const packet: Packet = { type: "tell", topic: name, value };
    if (transfer === undefined) this.#send(packet);
    else this.#sendNow(packet, transfer);
    return true;
  }

  /**
   * Sends a request and waits for the reply.
   *
   * @throws {AskTimeoutError} as a rejection, if no reply comes in time.
   * @throws {CoreRequestError} as a rejection, if the other side fails.
   * @throws {MailboxFullError} as a rejection, if too many asks wait already.
   */
  async ask<Request, Reply>(
    { name }: CoreTopic<Request, Reply>,
    value: Request,
    { timeoutMs = ASK_TIMEOUT_MS, signal, transfer }: ChannelAskOptions = {},
  ): Promise<Reply> {
    checkDuration("timeoutMs", timeoutMs);
    if (signal !== undefined) checkSignal("signal", signal);
    signal?.throwIfAborted();
    if (this.#closed !== undefined) throw this.#closed.cause;
    const { clock, peer } = this.#options;
    if (this.#pending.size >= MAX_PENDING) {
      throw new MailboxFullError(
        `Cannot ask ${peer} about ${name}: ${MAX_PENDING} asks wait for replies already`,
      );
    }
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    // The compiler has checked the handler of the topic.
    this.#pending.set(id, { resolve: resolve as Pending["resolve"], reject });
    const timer = clock.schedule(timeoutMs, () => {
      reject(
        new AskTimeoutError(
          `Cannot ask ${peer} about ${name}: no reply in ${timeoutMs} ms`,
        ),
      );
    });
    const onAbort = (): void => reject(signal?.reason);
    signal?.addEventListener("abort", onAbort);
    const packet: Packet = { type: "ask", id, topic: name, value };
    try {
      if (transfer === undefined) this.#send(packet);
      else this.#sendNow(packet, transfer);
      return await promise;
    } finally {
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
      this.#pending.delete(id);
    }
  }

  /** Closes this end: what waits rejects with `cause`. Safe to call twice. */
  close(cause: Error): void {
    if (this.#closed !== undefined) return;
    this.#flush();
    this.#closed = { cause };
    this.#port.close();
    for (const { reject } of this.#pending.values()) reject(cause);
  }

  #send(packet: Packet): void {
    if (this.#closed !== undefined) return;
    if (this.#batch.push(packet) === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const batch = this.#batch;
    if (batch.length === 0 || this.#closed !== undefined) return;
    this.#batch = [];
    try {
      this.#port.postMessage(batch);
    } catch {
      // One of them cannot be copied, and is no reason to lose the others.
      for (const packet of batch) this.#sendAlone(packet);
    }
  }

  #sendNow(packet: Packet, transfer: Transferable[]): void {
    this.#flush();
    this.#port.postMessage([packet], transfer);
  }

  #sendAlone(packet: Packet): void {
    try {
      this.#port.postMessage([packet]);
    } catch (error) {
      switch (packet.type) {
        case "ask":
          return this.#pending.get(packet.id)?.reject(error);
        case "reply":
          return this.#send({
            type: "failure",
            id: packet.id,
            text: `the reply cannot be copied: ${reasonOf(error)}`,
          });
        default:
          return report("A message to another thread cannot be copied:", error);
      }
    }
  }

  #take(packet: Packet, ports: readonly MessagePort[]): void {
    switch (packet.type) {
      case "tell":
        this.#call(packet.topic, packet.value, ports).catch((error) =>
          report(`A handler of ${packet.topic} has failed:`, error)
        );
        return;
      case "ask":
        this.#call(packet.topic, packet.value, ports).then(
          (value) => this.#reply(packet.id, value),
          (error) =>
            this.#send({
              type: "failure",
              id: packet.id,
              text: reasonOf(error),
            }),
        );
        return;
      case "reply":
        return this.#pending.get(packet.id)?.resolve(packet.value);
      case "failure":
        return this.#pending.get(packet.id)?.reject(
          new CoreRequestError(`${this.#options.peer} says: ${packet.text}`),
        );
      default:
        packet satisfies never;
    }
  }

  #reply(id: number, value: unknown): void {
    if (!(value instanceof Transferred)) {
      return this.#send({ type: "reply", id, value });
    }
    if (this.#closed !== undefined) return;
    try {
      this.#sendNow({ type: "reply", id, value: value.value }, value.transfer);
    } catch (error) {
      this.#send({ type: "failure", id, text: reasonOf(error) });
    }
  }

  async #call(
    topic: string,
    value: unknown,
    ports: readonly MessagePort[],
  ): Promise<unknown> {
    const handled = this.#handlers.get(topic);
    if (handled === undefined) {
      // What moves to another thread crosses alone, and nobody has taken it.
      for (const port of ports) port.close();
      throw new TroupeError(`nobody handles ${topic} here`);
    }
    // The compiler has checked what the other side sends.
    return await handled.handle(value as never, this.#options.from);
  }
}

/** Adds a handler, which replaces an earlier one of its topic. */
export function addHandler(
  handlers: Map<string, HandledTopic>,
  handled: HandledTopic,
): Disposable {
  const { name } = handled;
  handlers.set(name, handled);
  return {
    [Symbol.dispose]: () => {
      if (handlers.get(name) === handled) handlers.delete(name);
    },
  };
}

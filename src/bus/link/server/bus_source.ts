/**
 * The bus that is served, in terms of bytes: the one of this process without a
 * detour, and any other by its interface.
 *
 * @module
 */
import { raw } from "../../../codec/mod.ts";
import { resolveSubscribeOptions } from "../../delivery/subscribe_options.ts";
import { DONE } from "../../delivery/delivered.ts";
import { Bus, engineOf } from "../../local/bus.ts";
import type { LocalEngine } from "../../local/engine.ts";
import { PendingRequest } from "../../local/pending_request.ts";
import type { BusMessage } from "../../message.ts";
import type { MessageBus } from "../../message_bus.ts";
import { Payload } from "../../payload.ts";
import { type Subject, subject as subjectOf } from "../../subject.ts";
import type { Subscription, SubscriptionOverflow } from "../../subscription.ts";

/** A subject whose messages and replies are bytes. */
export type RawSubject = Subject<Uint8Array, Uint8Array>;

/** A message of bytes. */
export type RawMessage = BusMessage<Uint8Array, Uint8Array>;

/** How the bus is subscribed to for a client. */
export interface SourceSubscribeOptions {
  readonly queue: string | undefined;
  readonly overflow: SubscriptionOverflow;
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly retained: boolean;
  readonly handler: (message: RawMessage) => void | Promise<void>;
  /** Takes a message as the handler does, and keeps no view of its bytes. */
  readonly pass: (
    subject: string,
    bytes: Uint8Array,
  ) => Promise<void> | undefined;
  /** Messages that are on their way to the client, of a queue group. */
  readonly elsewhere: () => number;
}

/** What becomes of a request of a client. */
export interface SourceRequest {
  reply(bytes: Uint8Array): void;
  done(): void;
  fail(error: unknown): void;
}

/** The bus that is served. */
export interface BusSource {
  readonly bus: MessageBus;
  /**
   * Publishes bytes, which nobody else has. Returns `DONE` itself if nobody
   * has to be waited for.
   */
  publish(
    subject: RawSubject,
    bytes: Uint8Array,
    isRetained: boolean,
  ): Promise<void>;
  /**
   * Publishes bytes of which nothing is kept. Returns false, with nothing done,
   * if somebody would keep them: then `publish` them.
   */
  pass(subject: RawSubject, bytes: Uint8Array): boolean;
  /**
   * Calls `resume` when a client that is to be waited for has room. Returns false
   * if there is none.
   */
  whenPassing(subject: RawSubject, resume: () => void): boolean;
  /** Subscribes, and calls the handler with each message. */
  subscribe(
    pattern: string,
    options: SourceSubscribeOptions,
  ): Subscription<Uint8Array, Uint8Array>;
  /**
   * Publishes a request for one reply.
   *
   * @returns What cancels it.
   */
  request(
    subject: RawSubject,
    bytes: Uint8Array,
    timeoutMs: number,
    outcome: SourceRequest,
  ): () => void;
}

/** Returns a subject whose messages are bytes. */
export function rawSubject(pattern: string): RawSubject {
  return subjectOf(pattern, raw, raw);
}

/** Returns what serves a bus. */
export function sourceOf(bus: MessageBus): BusSource {
  return bus instanceof Bus
    ? new LocalSource(bus, engineOf(bus))
    : new AnySource(bus);
}

/** The bus of this process. */
class LocalSource implements BusSource {
  readonly bus: MessageBus;
  readonly #engine: LocalEngine;

  constructor(bus: MessageBus, engine: LocalEngine) {
    this.bus = bus;
    this.#engine = engine;
  }

  publish(
    { pattern }: RawSubject,
    bytes: Uint8Array,
    isRetained: boolean,
  ): Promise<void> {
    return this.#engine.publish(pattern, Payload.from(bytes), {
      bytes: bytes.length,
      retain: isRetained,
    });
  }

  pass({ pattern }: RawSubject, bytes: Uint8Array): boolean {
    return this.#engine.pass(pattern, bytes);
  }

  whenPassing({ pattern }: RawSubject, resume: () => void): boolean {
    return this.#engine.whenPassing(pattern, resume);
  }

  subscribe(
    pattern: string,
    { elsewhere, pass, queue, ...options }: SourceSubscribeOptions,
  ): Subscription<Uint8Array, Uint8Array> {
    const resolved = resolveSubscribeOptions<Uint8Array, Uint8Array>({
      ...options,
      ...queue === undefined ? {} : { queue },
    });
    return this.#engine.subscribe(rawSubject(pattern), {
      ...resolved,
      elsewhere,
      pass,
    });
  }

  request(
    { pattern }: RawSubject,
    bytes: Uint8Array,
    timeoutMs: number,
    outcome: SourceRequest,
  ): () => void {
    const { requests } = this.#engine;
    const replies = new PendingRequest(pattern, requests, timeoutMs, undefined);
    // What cannot be encoded is a failure as well.
    replies.first.then((payload) => outcome.reply(payload.bytes)).catch(
      (error) => outcome.fail(error),
    );
    try {
      const taken = this.#engine.publish(pattern, Payload.from(bytes), {
        bytes: bytes.length,
        replies,
      });
      if (taken !== DONE) taken.catch((error) => replies.fail(error));
    } catch (error) {
      replies.fail(error);
    }
    return () => replies.fail(CANCELLED);
  }
}

const CANCELLED = new Error("Nobody waits for the reply");

/** A bus of any engine. */
class AnySource implements BusSource {
  readonly bus: MessageBus;

  constructor(bus: MessageBus) {
    this.bus = bus;
  }

  publish(
    subject: RawSubject,
    bytes: Uint8Array,
    isRetained: boolean,
  ): Promise<void> {
    return isRetained
      ? this.bus.publish(subject, bytes, { retain: true })
      : this.bus.publish(subject, bytes);
  }

  pass(): boolean {
    return false;
  }

  whenPassing(): boolean {
    return false;
  }

  subscribe(
    pattern: string,
    { elsewhere: _, pass: _pass, queue, ...options }: SourceSubscribeOptions,
  ): Subscription<Uint8Array, Uint8Array> {
    return this.bus.subscribe(rawSubject(pattern), {
      ...options,
      ...queue === undefined ? {} : { queue },
    });
  }

  request(
    subject: RawSubject,
    bytes: Uint8Array,
    timeoutMs: number,
    outcome: SourceRequest,
  ): () => void {
    const aborter = new AbortController();
    const { signal } = aborter;
    this.bus.request(subject, bytes, { timeoutMs, signal }).then(
      (reply) => outcome.reply(reply),
      (error) => outcome.fail(error),
    );
    return () => aborter.abort(CANCELLED);
  }
}

/**
 * The bus in this process, in terms of payloads: what `Bus` stands on, and what
 * carries a bus to other processes.
 *
 * @module
 */
import type { ActorSystem } from "../../actor/mod.ts";
import { coreOf } from "../../actor/internal.ts";
import { DeliveryCounters } from "../delivery/counters.ts";
import { Delivery } from "../delivery/delivery.ts";
import { DONE } from "../delivery/delivered.ts";
import { Incoming, type IncomingDetails } from "../delivery/incoming.ts";
import {
  type ResolvedSubscribeOptions,
  resolveSubscribeOptions,
} from "../delivery/subscribe_options.ts";
import { BusClosedError, BusLimitError, NoRespondersError } from "../errors.ts";
import type { BusStats, PublishOptions } from "../message_bus.ts";
import type { Payload } from "../payload.ts";
import type { Subject } from "../subject.ts";
import { checkOwnSubject } from "../subject_rules.ts";
import { StreamEngine } from "../streams/stream_engine.ts";
import type {
  SubscriptionOverflow,
  SubscriptionStats,
} from "../subscription.ts";
import { SubjectTrie } from "../subject_trie.ts";
import { Audience, type Receiver } from "./audience.ts";
import type { ResolvedBusOptions } from "./bus_options.ts";
import { Interests } from "./interests.ts";
import { PresenceTopics } from "./presence_topics.ts";
import type { RequestPort } from "./pending_request.ts";
import { RetainedValues } from "./retained_values.ts";

/** Subjects that are remembered for whoever looks at the bus. */
const MAX_SUBJECTS = 1000;

/** A subscription, for whoever looks at what there is. */
export interface SubscriptionView {
  readonly pattern: string;
  readonly queue: string | undefined;
  readonly overflow: SubscriptionOverflow;
  stats(): SubscriptionStats;
}

/** A subscription that the engine ends when it closes. */
interface Ending {
  readonly closed: Promise<void>;
  finish(): void;
  unsubscribe(): Promise<void>;
}

/** What a publish may have besides its subject and payload. */
export type PublishDetails =
  & PublishOptions
  & Pick<IncomingDetails, "bytes" | "replies">;

/** Subscriptions, retained values, presence and interest of one bus. */
export class LocalEngine {
  readonly counters: DeliveryCounters = new DeliveryCounters();
  readonly retained: RetainedValues;
  readonly presence: PresenceTopics;
  readonly interests: Interests;
  readonly requests: RequestPort;
  /** Replies that came when their request did not wait any more. */
  lateReplies = 0;
  readonly streams: StreamEngine;
  readonly #system: ActorSystem;
  readonly #options: ResolvedBusOptions;
  readonly #trie = new SubjectTrie<Receiver, Audience>((receivers) =>
    new Audience(receivers)
  );
  readonly #open = new Set<Ending & SubscriptionView>();
  /** Subscriptions of replies. */
  readonly #inboxes = new Set<Ending>();
  /** For whoever looks at the bus. */
  readonly #subjects = new Set<string>();
  /** Messages whose publishers wait. */
  readonly #waiting = new Set<Promise<void>>();
  #published = 0;
  #isClosed = false;
  #hasEnded = false;

  constructor(system: ActorSystem, options: ResolvedBusOptions) {
    this.#system = system;
    this.#options = options;
    this.retained = new RetainedValues(options);
    this.presence = new PresenceTopics(options.maxTracked);
    this.interests = new Interests((subject) => this.#hasSubscribers(subject));
    this.streams = new StreamEngine({
      clock: system.clock,
      directory: options.directory,
      deliver: (subject, payload) => this.deliver(subject, payload),
      publish: (subject, payload) => this.publish(subject, payload),
    });
    this.requests = {
      deadlines: coreOf(system).deadlines,
      pending: new Set(),
      onLateReply: () => void this.lateReplies++,
    };
  }

  /** Whether nothing is taken any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The counters of the bus. */
  get stats(): BusStats {
    return {
      published: this.#published,
      delivered: this.counters.delivered,
      dropped: this.counters.allDropped,
      subscriptions: this.#trie.size,
    };
  }

  /** The subscriptions of the bus, in the order in which they were made. */
  subscriptions(): Iterable<SubscriptionView> {
    return this.#open;
  }

  /** Returns subjects that were published on, and who gets their messages. */
  subjects(): readonly (readonly [subject: string, audience: Audience])[] {
    return [...this.#subjects].map((subject) =>
      [subject, this.#trie.match(subject)] as const
    );
  }

  /**
   * Publishes a message. Returns a promise that is shared if nobody has to be
   * waited for.
   *
   * @throws {TypeError} for what is no subject to publish on.
   * @throws {CodecError} if a value that is to be retained cannot be encoded.
   * @throws {BusLimitError} if there is no room to retain it, or too many wait.
   * @throws {NoRespondersError} for a request without subscribers.
   * @throws {BusClosedError} if the bus is closed.
   */
  publish(
    subject: string,
    payload: Payload,
    details?: PublishDetails,
  ): Promise<void> {
    this.checkOpen();
    details?.signal?.throwIfAborted();
    const audience = this.#audience(subject);
    if (audience.mayWait) this.#checkWaiting(subject, audience);
    if (details?.replies !== undefined && audience.isEmpty) {
      throw new NoRespondersError(
        `Cannot request on ${subject}: nobody subscribes to it`,
      );
    }
    if (details?.retain === true) this.retained.set(subject, payload);
    this.#published++;
    const kept = this.streams.capture(subject, payload);
    const taken = this.#deliver(subject, payload, audience, details);
    if (kept === undefined) return taken;
    return taken === DONE ? kept : Promise.all([taken, kept]).then(() => {});
  }

  /**
   * Publishes bytes that nobody has to keep. Returns false, with nothing done, if
   * somebody would.
   *
   * @throws {TypeError} for what is no subject to publish on.
   * @throws {BusClosedError} if the bus is closed.
   */
  pass(subject: string, bytes: Uint8Array): boolean {
    this.checkOpen();
    const audience = this.#audience(subject);
    if (this.streams.wants(subject) || !audience.pass(subject, bytes)) {
      return false;
    }
    this.#published++;
    return true;
  }

  /**
   * Calls `resume` when a client that publishers on a subject wait for has room.
   * Returns false if there is none.
   */
  whenPassing(subject: string, resume: () => void): boolean {
    return this.#audience(subject).whenPassing(resume);
  }

  /** Hands what a stream keeps to those who subscribe to its subject. */
  deliver(subject: string, payload: Payload): Promise<void> {
    this.checkOpen();
    const audience = this.#audience(subject);
    if (audience.mayWait) this.#checkWaiting(subject, audience);
    this.#published++;
    return this.#deliver(subject, payload, audience);
  }

  /** Resolves when nobody has to be waited for, with a promise of its own. */
  #deliver(
    subject: string,
    payload: Payload,
    audience: Audience,
    details?: PublishDetails,
  ): Promise<void> {
    if (audience.isEmpty) return DONE;
    const message = new Incoming(subject, payload, details);
    audience.deliver(message);
    return message.waits === 0
      ? DONE
      : this.#untilTaken(message, details?.signal);
  }

  /**
   * Makes a subscription, which has the retained values first.
   *
   * @throws {BusClosedError} if the bus is closed.
   */
  subscribe<T, R>(
    subject: Subject<T, R>,
    options: ResolvedSubscribeOptions<T, R>,
  ): Delivery<T, R> {
    this.checkOpen();
    const { pattern } = subject;
    const delivery: Delivery<T, R> = new Delivery(subject, options, {
      counters: this.counters,
      runner: coreOf(this.#system).dispatcher,
      onEnd: () => this.#remove(delivery),
    });
    if (delivery.hasEnded) return delivery;
    if (delivery.wantsRetained) {
      for (
        const { subject, payload, bytes } of this.retained.matching(pattern)
      ) {
        delivery.offer(
          new Incoming(subject, payload, { bytes, isRetained: true }),
        );
      }
    }
    // The policy `disconnect` may have had too many of them.
    if (delivery.hasEnded) return delivery;
    this.#trie.add(pattern, delivery);
    this.#open.add(delivery);
    delivery.confirm();
    this.interests.changed(pattern);
    return delivery;
  }

  /** Returns a subscription to nothing, for replies. */
  inbox<T, R>(subject: Subject<T, R>): Delivery<T, R> {
    const delivery: Delivery<T, R> = new Delivery(
      subject,
      resolveSubscribeOptions<T, R>(),
      {
        counters: new DeliveryCounters(),
        runner: coreOf(this.#system).dispatcher,
        onEnd: () => {},
      },
    );
    this.#inboxes.add(delivery);
    return delivery;
  }

  /** Ends a subscription of replies, read or not. */
  endInbox(inbox: Ending): void {
    this.#inboxes.delete(inbox);
    void inbox.unsubscribe();
  }

  /**
   * Resolves when those that publishers wait for have room again, and streams
   * have what they keep.
   */
  async flush(): Promise<void> {
    await Promise.allSettled([...this.#waiting, this.streams.flush()]);
  }

  /**
   * Resolves when what has arrived was read, or is let go; to `false` if the
   * system had ended it before.
   */
  async close(): Promise<boolean> {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    const open = [...this.#open, ...this.#inboxes];
    for (const ending of open) ending.finish();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const { drainMs } = this.#options;
    const timer = this.#system.clock.schedule(drainMs, resolve);
    const drained = Promise.allSettled(open.map(({ closed }) => closed));
    await Promise.race([drained, late]);
    timer.cancel();
    const hasEnded = this.#hasEnded;
    await this.end();
    return !hasEnded;
  }

  /**
   * Ends all at once; what waits is let go. Resolves when streams are closed.
   */
  async end(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#isClosed = true;
    for (const ending of [...this.#open, ...this.#inboxes]) {
      void ending.unsubscribe();
    }
    this.#open.clear();
    this.#inboxes.clear();
    this.#trie.clear();
    const closed = busClosed();
    for (const request of this.requests.pending) request.fail(closed);
    this.presence.close(closed);
    this.interests.close(closed);
    await this.streams.close();
  }

  /** @throws {BusClosedError} if the bus is closed. */
  checkOpen(): void {
    if (this.#isClosed) throw busClosed();
  }

  #audience(subject: string): Audience {
    const cached = this.#trie.cached(subject);
    if (cached !== undefined) return cached;
    checkOwnSubject("the subject", subject);
    if (!this.#subjects.has(subject)) this.#remember(subject);
    return this.#trie.match(subject);
  }

  #remember(subject: string): void {
    if (this.#subjects.size >= MAX_SUBJECTS) {
      for (const oldest of this.#subjects) {
        this.#subjects.delete(oldest);
        break;
      }
    }
    this.#subjects.add(subject);
  }

  #hasSubscribers(subject: string): boolean {
    return !this.#trie.match(subject).isEmpty;
  }

  #remove(delivery: Receiver & Ending & SubscriptionView): void {
    this.#open.delete(delivery);
    if (this.#trie.delete(delivery.pattern, delivery)) {
      this.interests.changed(delivery.pattern);
    }
  }

  #checkWaiting(subject: string, audience: Audience): void {
    const { maxWaitingPublishes } = this.#options;
    if (audience.mostBeyond() < maxWaitingPublishes) return;
    throw new BusLimitError(
      `Cannot publish on ${subject}: ${maxWaitingPublishes} messages wait for a subscription that is full, wait for the promise of publish()`,
    );
  }

  #untilTaken(
    message: Incoming,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => reject(signal?.reason);
    message.onTaken = resolve;
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiting.add(promise);
    const over = (): void => {
      this.#waiting.delete(promise);
      signal?.removeEventListener("abort", onAbort);
    };
    promise.then(over, over);
    return promise;
  }
}

/** The error of whatever is tried on a bus that is closed. */
export function busClosed(): BusClosedError {
  return new BusClosedError("Cannot use the bus: it is closed");
}

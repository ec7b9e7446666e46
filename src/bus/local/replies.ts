/**
 * The replies to a request that wants many.
 *
 * @module
 */
import { Deadline } from "../../actor/internal.ts";
import type { MsgpackValue } from "../../codec/mod.ts";
import type { ResolvedRequest } from "../call_options.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { DONE } from "../delivery/delivered.ts";
import { Incoming, type ReplyTarget } from "../delivery/incoming.ts";
import type { Payload } from "../payload.ts";
import { type Subject, subject } from "../subject.ts";
import type { LocalEngine } from "./engine.ts";

/** What is read of a subject is a reply to it. */
export class Replies<T, R> {
  readonly #engine: LocalEngine;
  readonly #subject: Subject<T, R>;
  readonly #options: ResolvedRequest;

  constructor(
    engine: LocalEngine,
    subject: Subject<T, R>,
    options: ResolvedRequest,
  ) {
    this.#engine = engine;
    this.#subject = subject;
    this.#options = options;
  }

  /** Publishes the request at the first step, and yields the replies. */
  async *ask(payload: Payload): AsyncGenerator<R, void, void> {
    const engine = this.#engine;
    const { timeoutMs, maxReplies, signal } = this.#options;
    const { pattern, reply } = this.#subject;
    engine.checkOpen();
    signal?.throwIfAborted();
    // Those that wait to be read are bounded as those of a subscription.
    const inbox = engine.inbox(subject(pattern, reply));
    const end = new Until(() => inbox.finish());
    const onAbort = (): void => inbox.fail(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    engine.requests.deadlines.add(end, timeoutMs);
    try {
      const target = new Collector(engine, inbox, maxReplies);
      const taken = engine.publish(pattern, payload, { replies: target });
      if (taken !== DONE) taken.catch((error) => inbox.fail(error));
      for await (const { value } of inbox) yield value;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      engine.requests.deadlines.remove(end);
      engine.endInbox(inbox);
    }
  }
}

/** Takes replies, until there are as many as are wanted. */
class Collector<R> implements ReplyTarget {
  readonly #engine: LocalEngine;
  readonly #inbox: Delivery<R, MsgpackValue>;
  readonly #maxReplies: number;
  #count = 0;

  constructor(
    engine: LocalEngine,
    inbox: Delivery<R, MsgpackValue>,
    maxReplies: number,
  ) {
    this.#engine = engine;
    this.#inbox = inbox;
    this.#maxReplies = maxReplies;
  }

  get isOver(): boolean {
    return this.#inbox.isFinished;
  }

  reply(payload: Payload): Promise<void> {
    const inbox = this.#inbox;
    if (inbox.isFinished) this.#engine.requests.onLateReply();
    else {
      inbox.offer(new Incoming(inbox.pattern, payload));
      if (++this.#count >= this.#maxReplies) inbox.finish();
    }
    return DONE;
  }
}

/** Calls a function when the time is over. */
class Until extends Deadline {
  readonly #expired: () => void;

  constructor(expired: () => void) {
    super();
    this.#expired = expired;
  }

  override expire(): void {
    this.#expired();
  }
}

/**
 * Requests on NATS: a reply comes on a subject of its own.
 *
 * @module
 */
import type { Msg, MsgHdrs } from "@nats-io/transport-node";
import type { Deadlines } from "../../actor/internal.ts";
import type { MsgpackValue } from "../../codec/mod.ts";
import type { ResolvedRequest } from "../call_options.ts";
import { DeliveryCounters } from "../delivery/counters.ts";
import { Delivery } from "../delivery/delivery.ts";
import { Incoming } from "../delivery/incoming.ts";
import { resolveSubscribeOptions } from "../delivery/subscribe_options.ts";
import { NoRespondersError } from "../errors.ts";
import { PendingRequest, type RequestPort } from "../local/pending_request.ts";
import { Payload } from "../payload.ts";
import { type Subject, subject as subjectOf } from "../subject.ts";
import { type Inbox, saysNoResponders } from "./inbox.ts";
import type { Ending, SubscriptionPort } from "./nats_subscription.ts";

/** The requests of a bus. */
export class NatsRequests {
  readonly #port: SubscriptionPort;
  readonly #inbox: Inbox;
  readonly #requests: RequestPort;

  constructor(port: SubscriptionPort, inbox: Inbox, deadlines: Deadlines) {
    this.#port = port;
    this.#inbox = inbox;
    this.#requests = { deadlines, pending: new Set(), onLateReply() {} };
  }

  /** Publishes a request, and returns the first reply. */
  async first(
    subject: string,
    bytes: Uint8Array,
    { timeoutMs, signal }: ResolvedRequest,
    headers?: MsgHdrs,
  ): Promise<Payload> {
    signal?.throwIfAborted();
    const request = new PendingRequest(
      subject,
      this.#requests,
      timeoutMs,
      signal,
    );
    const asked = this.#inbox.open((message) => {
      if (saysNoResponders(message)) request.fail(noResponders(subject));
      else void request.reply(Payload.from(message.data));
    });
    const { subject: reply } = asked;
    const options = headers === undefined ? { reply } : { reply, headers };
    this.#send(subject, bytes, options, (error) => request.fail(error));
    try {
      return await request.first;
    } finally {
      asked.close();
    }
  }

  /** Publishes a request at the first step, and yields the replies. */
  async *many<T, R>(
    subject: Subject<T, R>,
    encode: () => Uint8Array,
    { timeoutMs, maxReplies, signal }: ResolvedRequest,
  ): AsyncGenerator<R, void, void> {
    this.#port.uplink.check();
    signal?.throwIfAborted();
    const { pattern, reply } = subject;
    const bytes = encode();
    const delivery = this.#queue(subjectOf(pattern, reply));
    let count = 0;
    const onReply = (message: Msg): void => {
      if (count === 0 && saysNoResponders(message)) {
        return delivery.fail(noResponders(pattern));
      }
      delivery.offer(
        new Incoming(pattern, Payload.from(message.data), {
          bytes: message.data.length,
        }),
      );
      if (++count >= maxReplies) delivery.finish();
    };
    const asked = this.#inbox.open(onReply);
    const onAbort = (): void => delivery.fail(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(() => delivery.finish(), timeoutMs);
    this.#port.open.add(delivery);
    try {
      this.#send(
        pattern,
        bytes,
        { reply: asked.subject },
        (error) => delivery.fail(error),
      );
      for await (const { value } of delivery) yield value;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      asked.close();
      this.#port.open.delete(delivery);
      void delivery.unsubscribe();
    }
  }

  /** All that wait fail. */
  end(error: unknown): void {
    for (const request of this.#requests.pending) request.fail(error);
  }

  #send(
    subject: string,
    bytes: Uint8Array,
    options: { readonly reply: string; readonly headers?: MsgHdrs },
    onError: (error: unknown) => void,
  ): void {
    try {
      this.#port.uplink.send(subject, bytes, options).catch(onError);
    } catch (error) {
      onError(error);
    }
  }

  /** A queue for replies, with the bounds of a subscription. */
  #queue<R>(subject: Subject<R>): Delivery<R, MsgpackValue> & Ending {
    return new Delivery<R, MsgpackValue>(subject, resolveSubscribeOptions(), {
      counters: new DeliveryCounters(),
      runner: this.#port.dispatcher,
      onEnd: () => {},
    });
  }
}

function noResponders(subject: string): NoRespondersError {
  return new NoRespondersError(
    `Cannot request on ${subject}: nobody subscribes to it`,
  );
}

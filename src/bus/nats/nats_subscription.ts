/**
 * A subscription on NATS: its messages come through a callback into a queue of
 * ours, which is bounded. The iterators of NATS's client are not.
 *
 * @module
 */
import type {
  Msg,
  NatsConnection,
  Subscription as NatsSubscription,
} from "@nats-io/transport-node";
import type { Dispatcher } from "../../actor/internal.ts";
import type { DeliveryCounters } from "../delivery/counters.ts";
import { Delivery } from "../delivery/delivery.ts";
import { Incoming, type ReplyTarget } from "../delivery/incoming.ts";
import type { ResolvedSubscribeOptions } from "../delivery/subscribe_options.ts";
import { BusForbiddenError } from "../errors.ts";
import { Payload } from "../payload.ts";
import type { Subject } from "../subject.ts";
import { RESERVED_PREFIX } from "../subject_rules.ts";
import { isAckInbox } from "./inbox.ts";
import { flushed, type Retained, RetainedFirst } from "./retained.ts";
import type { Uplink } from "./uplink.ts";

/** What the subscriptions of a bus share. */
export interface SubscriptionPort {
  readonly connection: NatsConnection;
  readonly uplink: Uplink;
  readonly counters: DeliveryCounters;
  readonly dispatcher: Dispatcher;
  /** What replies come on, which no subscription gets. */
  readonly inboxPrefix: string;
  readonly retained: Retained | undefined;
  /** Those that have not ended. */
  readonly open: Set<Ending>;
}

/** A subscription that ends with its bus. */
export interface Ending {
  drain(): Promise<void>;
  unsubscribe(): Promise<void>;
  fail(error: unknown): void;
}

/** Subscribes to a subject, for the messages that are accepted. */
export function subscribeTo<T, R>(
  port: SubscriptionPort,
  subject: Subject<T, R>,
  options: ResolvedSubscribeOptions<T, R>,
  accepts?: (message: Msg) => boolean,
): Delivery<T, R> {
  const delivery: Delivery<T, R> = new Delivery(subject, options, {
    counters: port.counters,
    runner: port.dispatcher,
    onEnd(isDraining) {
      const ended = (): void => void port.open.delete(delivery);
      if (!isDraining) {
        ended();
        if (!source.isClosed()) source.unsubscribe();
        return;
      }
      // Its bus may end while it waits for the server, or for its reader.
      delivery.closed.then(ended, ended);
      // What the server has sent before it knows comes still.
      return source.isClosed() ? undefined : source.drain();
    },
  });
  if (delivery.hasEnded) return delivery;
  const first = delivery.wantsRetained && port.retained !== undefined
    ? new RetainedFirst(delivery)
    : undefined;
  const isWide = /^[*>]/.test(subject.pattern);
  const callback = (error: Error | null, message: Msg): void => {
    // Nothing may be thrown here: it would leave the connection deaf.
    if (error !== null) return refuse(port, delivery, error);
    if (isWide && isOfTheBus(message.subject, port.inboxPrefix)) return;
    if (accepts?.(message) === false) return;
    const incoming = toIncoming(port.uplink, message);
    if (first === undefined) delivery.offer(incoming);
    else first.offer(message, incoming);
  };
  const { queue } = options;
  const source: NatsSubscription = port.connection.subscribe(
    subject.pattern,
    queue === undefined ? { callback } : { callback, queue },
  );
  port.open.add(delivery);
  void begin(port, delivery, first);
  return delivery;
}

async function begin<T, R>(
  port: SubscriptionPort,
  delivery: Delivery<T, R>,
  first: RetainedFirst<T, R> | undefined,
): Promise<void> {
  try {
    if (first === undefined || port.retained === undefined) {
      await flushed(port.uplink);
    } else first.begin(await port.retained.read(delivery.pattern));
    delivery.confirm();
  } catch (error) {
    port.open.delete(delivery);
    delivery.fail(error);
  }
}

function refuse<T, R>(
  port: SubscriptionPort,
  delivery: Delivery<T, R>,
  cause: Error,
): void {
  port.open.delete(delivery);
  delivery.fail(
    new BusForbiddenError(
      `Cannot subscribe to ${delivery.pattern}: ${cause.message}`,
      { cause },
    ),
  );
}

/** What servers and clients of NATS say among themselves. */
function isOfTheBus(subject: string, inboxPrefix: string): boolean {
  return subject.startsWith(RESERVED_PREFIX) ||
    (subject.startsWith(inboxPrefix) &&
      subject.charAt(inboxPrefix.length) === ".");
}

function toIncoming(uplink: Uplink, message: Msg): Incoming {
  const { subject, data, reply } = message;
  return new Incoming(subject, Payload.from(data), {
    bytes: data.length,
    replies: reply === undefined || reply === "" || isAckInbox(reply)
      ? undefined
      : new Replier(uplink, reply),
  });
}

/** Sends replies to whoever asks. */
class Replier implements ReplyTarget {
  readonly #uplink: Uplink;
  readonly #subject: string;

  constructor(uplink: Uplink, subject: string) {
    this.#uplink = uplink;
    this.#subject = subject;
  }

  async reply(payload: Payload): Promise<void> {
    await this.#uplink.send(this.#subject, payload.bytes);
  }
}

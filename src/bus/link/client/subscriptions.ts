/**
 * The subscriptions of a client, by what they share.
 *
 * @module
 */
import type { Dispatcher } from "../../../actor/internal.ts";
import { DeliveryCounters } from "../../delivery/counters.ts";
import { Delivery } from "../../delivery/delivery.ts";
import type { ResolvedSubscribeOptions } from "../../delivery/subscribe_options.ts";
import type { Subject } from "../../subject.ts";
import type { Subscription } from "../../subscription.ts";
import type { Link } from "./link.ts";
import { type FeedOptions, SubscriptionFeed } from "./subscription_feed.ts";

/** What the bus does with all of them when it is closed. */
type Ending = Pick<Subscription<never, never>, "drain" | "unsubscribe">;

/** All subscriptions of a client. */
export class Subscriptions {
  readonly counters: DeliveryCounters = new DeliveryCounters();
  readonly #link: Link;
  readonly #runner: Dispatcher;
  readonly #feeds = new Map<string, SubscriptionFeed>();
  readonly #open = new Set<Ending>();

  constructor(link: Link, runner: Dispatcher) {
    this.#link = link;
    this.#runner = runner;
  }

  /** How many there are. */
  get size(): number {
    return this.#open.size;
  }

  /** Subscribes to a subject, with others who want the same from the server. */
  add<T, R>(
    subject: Subject<T, R>,
    options: ResolvedSubscribeOptions<T, R>,
  ): Subscription<T, R> {
    const { queue, overflow, maxMessages, maxBytes } = options;
    const { pattern } = subject;
    const feed = options.signals.some(({ aborted }) => aborted)
      ? undefined
      : this.#feed({ pattern, queue, overflow, maxMessages, maxBytes });
    const delivery: Delivery<T, R> = new Delivery(subject, options, {
      counters: this.counters,
      runner: this.#runner,
      onEnd: (isDraining) => {
        if (!isDraining) return feed?.leave(delivery);
        return feed?.drain(delivery);
      },
      onRoom: () => feed?.onRoom(),
      onTaken: () => feed?.onTaken(),
    });
    if (feed === undefined) return delivery;
    feed.join(delivery);
    // Not before: what it asks for depends on those who have joined.
    this.#link.add(feed);
    this.#open.add(delivery);
    const over = (): void => void this.#open.delete(delivery);
    delivery.closed.then(over, over);
    return delivery;
  }

  /** Resolves when what has arrived at all of them was read. */
  async drain(): Promise<void> {
    await Promise.allSettled([...this.#open].map((one) => one.drain()));
  }

  /** Ends all of them. */
  async end(): Promise<void> {
    await Promise.allSettled([...this.#open].map((one) => one.unsubscribe()));
  }

  #feed(options: FeedOptions): SubscriptionFeed {
    const key = JSON.stringify(options);
    let feed = this.#feeds.get(key);
    if (feed === undefined) {
      const made = new SubscriptionFeed(this.#link, options, () => {
        if (this.#feeds.get(key) === made) this.#feeds.delete(key);
      });
      this.#feeds.set(key, made);
      feed = made;
    }
    return feed;
  }
}

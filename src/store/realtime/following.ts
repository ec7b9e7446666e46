/**
 * What one client follows: its topics, and for whom they are.
 *
 * Topics are prepared in slices, so whose they are may change meanwhile: they
 * are for whom the client is of by then, and what was set last holds.
 *
 * @module
 */
import type { ChangeHub } from "./change_hub.ts";
import type { Subscriber } from "./subscriber.ts";
import type { TopicsOf, Visitor } from "./visitor.ts";

/** What a client needs to follow topics. */
export interface FollowingPort {
  readonly hub: ChangeHub;
  /** Resolves to what a visitor follows with names of topics. */
  readonly topicsOf: TopicsOf;
}

/** What one client follows. */
export class Following {
  readonly #port: FollowingPort;
  #owner: Visitor | undefined;
  #names: readonly string[] = [];
  /** Counts how often names were set. */
  #sets = 0;
  #isRefreshing = false;

  /** Follows nothing at first, for nobody. */
  constructor(port: FollowingPort) {
    this.#port = port;
  }

  /** Whose client it is, once that is known. */
  get owner(): Visitor | undefined {
    return this.#owner;
  }

  /** Makes it the client of a visitor. */
  belongTo(visitor: Visitor): void {
    this.#owner = visitor;
  }

  /**
   * Sets what is followed, for its owner.
   *
   * @param subscriberOf Returns the subscriber, when the topics can be followed.
   * @throws {Error} as a rejection, if one cannot be followed: then it follows
   * what it did.
   */
  async set(
    names: readonly string[],
    visitor: Visitor,
    subscriberOf: () => Subscriber | undefined,
  ): Promise<void> {
    const set = ++this.#sets;
    this.#owner = visitor;
    const topics = await this.#topics(names);
    // What was asked for later may have been ready sooner.
    if (set !== this.#sets) return;
    const subscriber = subscriberOf();
    if (subscriber === undefined) return;
    this.#names = names;
    this.#port.hub.follow(subscriber, topics);
  }

  /**
   * Takes what is known of its owner by now: he may see other things. He is given
   * nothing more until it is known what.
   */
  refresh(visitor: Visitor, subscriber: Subscriber | undefined): void {
    this.#owner = visitor;
    if (subscriber === undefined || this.#names.length === 0) return;
    this.#port.hub.hold(subscriber);
    if (!this.#isRefreshing) void this.#refresh(subscriber);
  }

  async #refresh(subscriber: Subscriber): Promise<void> {
    const { hub } = this.#port;
    this.#isRefreshing = true;
    try {
      const names = this.#names;
      const topics = await this.#topics(names);
      // Others that were set meanwhile are for the same owner.
      if (names === this.#names) hub.follow(subscriber, topics);
    } catch {
      // What he may see by now cannot be found out: he asks again.
      hub.cut(subscriber, "failed");
    } finally {
      this.#isRefreshing = false;
    }
  }

  /** Resolves to topics for its owner, whoever that is in the end. */
  async #topics(names: readonly string[]): ReturnType<TopicsOf> {
    while (true) {
      const owner = this.#owner;
      if (owner === undefined) return [];
      const topics = await this.#port.topicsOf(names, owner);
      if (owner === this.#owner) return topics;
    }
  }
}

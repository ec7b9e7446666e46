/**
 * Who gets the messages of one subject: all who are in no queue group, and of
 * each group the member with the most room.
 *
 * @module
 */
import type { Incoming } from "../delivery/incoming.ts";
import type { SubscriptionOverflow } from "../subscription.ts";

/** A subscription, whatever the types of its messages. */
export interface Receiver {
  readonly pattern: string;
  /** Its queue group. */
  readonly queue: string | undefined;
  /** What it does with one more message when it is full. */
  readonly overflow: SubscriptionOverflow;
  /** Messages beyond its bounds. */
  readonly beyond: number;
  /** Messages that have room; below 0 if publishers wait. */
  readonly room: number;
  /** The most that `room` can be. */
  readonly maxRoom: number;
  /** Whether bytes may be handed to `pass`, which copies them. */
  readonly mayPass: boolean;
  /** Takes bytes at once, and keeps no view of them. */
  pass(subject: string, bytes: Uint8Array): void;
  /**
   * Calls `resume` when `mayPass` is true again. Returns false where that is not
   * to be waited for.
   */
  whenPassing(resume: () => void): boolean;
  /** Takes a message; returns whether its publisher need not wait. */
  offer(message: Incoming): boolean;
}

/** The subscriptions that match a subject. */
export class Audience {
  /** Those in no group. */
  readonly all: readonly Receiver[];
  readonly groups: readonly QueueGroup[];
  /** Whether there is one that publishers wait for. */
  readonly mayWait: boolean;

  constructor(receivers: readonly Receiver[]) {
    const groups = new Map<string, Receiver[]>();
    const all: Receiver[] = [];
    for (const receiver of receivers) {
      const { queue } = receiver;
      if (queue === undefined) {
        all.push(receiver);
        continue;
      }
      const members = groups.get(queue);
      if (members === undefined) groups.set(queue, [receiver]);
      else members.push(receiver);
    }
    this.all = all;
    this.groups = [...groups.values()].map((members) =>
      new QueueGroup(members)
    );
    this.mayWait = receivers.some(({ overflow }) => overflow === "wait");
  }

  /** Whether nobody subscribes. */
  get isEmpty(): boolean {
    return this.all.length === 0 && this.groups.length === 0;
  }

  /** Returns the most messages that wait for one of those who get the next. */
  mostBeyond(): number {
    let most = 0;
    for (const { beyond } of this.all) most = Math.max(most, beyond);
    for (const group of this.groups) most = Math.max(most, group.leastBeyond());
    return most;
  }

  /**
   * Hands bytes to all who get them, if each can copy them at once; else does
   * nothing, and returns false.
   */
  pass(subject: string, bytes: Uint8Array): boolean {
    const { all } = this;
    if (this.groups.length > 0) return false;
    for (let index = 0; index < all.length; index++) {
      if (!(all[index] as Receiver).mayPass) return false;
    }
    for (let index = 0; index < all.length; index++) {
      (all[index] as Receiver).pass(subject, bytes);
    }
    return true;
  }

  /** Calls `resume` when the first that publishers wait for can be passed to. */
  whenPassing(resume: () => void): boolean {
    return this.mayWait && this.groups.length === 0 &&
      this.all.some((receiver) => receiver.whenPassing(resume));
  }

  /** Gives a message to all who get it. */
  deliver(message: Incoming): void {
    const { all, groups } = this;
    for (let index = 0; index < all.length; index++) {
      (all[index] as Receiver).offer(message);
    }
    for (let index = 0; index < groups.length; index++) {
      (groups[index] as QueueGroup).next().offer(message);
    }
  }
}

/** The members of one queue group that match a subject. */
export class QueueGroup {
  readonly #members: readonly Receiver[];
  readonly #maxRoom: number;
  #first = 0;

  constructor(members: readonly Receiver[]) {
    this.#members = members;
    this.#maxRoom = members.reduce(
      (most, { maxRoom }) => Math.max(most, maxRoom),
      0,
    );
  }

  /** Returns the messages that wait for the member for which fewest do. */
  leastBeyond(): number {
    return this.#members.reduce(
      (least, { beyond }) => Math.min(least, beyond),
      Infinity,
    );
  }

  /**
   * Returns the member with the most room; of equals, the one whose turn it is.
   */
  next(): Receiver {
    const members = this.#members;
    const { length } = members;
    let best = this.#first % length;
    let most = (members[best] as Receiver).room;
    for (let step = 1; step < length && most < this.#maxRoom; step++) {
      const index = (this.#first + step) % length;
      const { room } = members[index] as Receiver;
      if (room > most) {
        most = room;
        best = index;
      }
    }
    this.#first = best + 1;
    return members[best] as Receiver;
  }
}

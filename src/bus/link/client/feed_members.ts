/**
 * The subscriptions that share a feed.
 *
 * @module
 */
import type { Incoming } from "../../delivery/incoming.ts";

/** A subscription of this process, whatever the types of its messages. */
export interface FeedReceiver {
  readonly wantsRetained: boolean;
  readonly beyond: number;
  readonly room: number;
  readonly maxRoom: number;
  offer(message: Incoming): boolean;
  confirm(): void;
  finish(): void;
  fail(error: unknown): void;
}

/** One of those who share a feed. */
export interface Member {
  readonly receiver: FeedReceiver;
  /** The point of the feed at which it joins; `undefined` if it is past that. */
  joinsAt: number | undefined;
  /** Whether it has had nothing yet over this session. */
  isFirst: boolean;
  /** Whether messages were lost with the last session. */
  hasLost: boolean;
  /** The point of the feed after which it leaves. */
  leavesAt: number | undefined;
  readonly left: PromiseWithResolvers<void>;
}

/** Returns one that begins with whatever comes next. */
export function newMember(receiver: FeedReceiver): Member {
  return {
    receiver,
    joinsAt: undefined,
    isFirst: receiver.wantsRetained,
    hasLost: false,
    leavesAt: undefined,
    left: Promise.withResolvers(),
  };
}

/**
 * Returns the member of a queue group with the most room; of equals, the one
 * that has waited longest for its turn.
 */
export function roomiest(
  members: Map<FeedReceiver, Member>,
): Member | undefined {
  let best: Member | undefined;
  for (const member of members.values()) {
    if (member.leavesAt !== undefined) continue;
    if (best === undefined || member.receiver.room > best.receiver.room) {
      best = member;
    }
  }
  if (best !== undefined && members.size > 1) {
    members.delete(best.receiver);
    members.set(best.receiver, best);
  }
  return best;
}

/**
 * What all subscriptions of a client with the same pattern, queue group and
 * bounds share: one logical connection, which brings each message once.
 *
 * @module
 */
import type { LogicalConnection } from "../../../session/mod.ts";
import { nextTurn } from "../../../actor/internal.ts";
import { Incoming, type ReplyTarget } from "../../delivery/incoming.ts";
import { Payload } from "../../payload.ts";
import type { SubscriptionOverflow } from "../../subscription.ts";
import { defined, encodeFields } from "../control_protocol.ts";
import { EntryReader, unknownEntry } from "../entry_reader.ts";
import { EntryWriter } from "../entry_writer.ts";
import { fromFailure, readFailure } from "../failures.ts";
import { NumberedSubjects } from "../numbered_subjects.ts";
import {
  DeliveryEntry,
  MarkFlag,
  MAX_DELIVERY_SUBJECTS,
  MAX_HEAD_BYTES,
  MAX_QUEUE_CREDIT,
  MAX_TEXT_BYTES,
  SubscriberEntry,
} from "../protocol.ts";
import {
  type FeedReceiver,
  type Member,
  newMember,
  roomiest,
} from "./feed_members.ts";
import type { Link, LinkPart } from "./link.ts";
import type { LinkSession } from "./link_session.ts";
import { PartConnection } from "./part_connection.ts";

/**
 * Messages that wait for a subscription, from which on its readers have a turn
 * before each block that comes: else a turn brings more than it reads.
 */
const BEHIND = 256;

function oneTurn(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve));
}

/** What the subscriptions of a feed have in common. */
export interface FeedOptions {
  readonly pattern: string;
  readonly queue: string | undefined;
  readonly overflow: SubscriptionOverflow;
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** The subscriptions that share a connection. */
export class SubscriptionFeed implements LinkPart {
  readonly isSubscription = true;
  readonly #link: Link;
  readonly #options: FeedOptions;
  readonly #onEmpty: () => void;
  readonly #members = new Map<FeedReceiver, Member>();
  #connection: PartConnection | undefined;
  #writer: EntryWriter | undefined;
  #subjects = new NumberedSubjects<string>(MAX_DELIVERY_SUBJECTS);
  #isReady = false;
  #isDraining = false;
  #nextPoint = 1;
  /** Who gets what is retained, of those who joined late. */
  #joining: Member | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  /** Messages that the members of a queue group have taken, not granted yet. */
  #taken = 0;
  /** Settles when the connection is not needed any more. */
  readonly #ended = Promise.withResolvers<void>();

  constructor(link: Link, options: FeedOptions, onEmpty: () => void) {
    this.#link = link;
    this.#options = options;
    this.#onEmpty = onEmpty;
  }

  /** The messages that may be on their way to a queue group of this process. */
  get #credit(): number {
    const { queue, maxMessages } = this.#options;
    return queue === undefined ? 0 : Math.min(maxMessages, MAX_QUEUE_CREDIT);
  }

  /** Whether no subscription can join any more. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Adds a subscription that shares this connection. */
  join(receiver: FeedReceiver): void {
    const member = newMember(receiver);
    this.#members.set(receiver, member);
    if (this.#writer === undefined) return;
    if (receiver.wantsRetained) {
      member.isFirst = false;
      member.joinsAt = this.#mark(true);
    }
    if (this.#isReady) receiver.confirm();
  }

  /**
   * Removes a subscription that wants nothing any more. Resolves when the bus
   * knows.
   */
  async leave(receiver: FeedReceiver): Promise<void> {
    const member = this.#members.get(receiver);
    if (member === undefined) return;
    this.#members.delete(receiver);
    member.left.resolve();
    this.#roomChanged();
    if (this.#members.size > 0) return;
    this.#onEmpty();
    if (this.#isReady) {
      this.#writer?.begin(SubscriberEntry.LEAVE, MAX_HEAD_BYTES);
      await this.#ended.promise;
    } else this.#over();
  }

  /**
   * Removes a subscription once it has had all that is on its way. Resolves
   * then.
   */
  async drain(receiver: FeedReceiver): Promise<void> {
    const member = this.#members.get(receiver);
    if (member === undefined) return;
    const writer = this.#writer;
    if (writer === undefined || !this.#isReady) {
      return await this.leave(receiver);
    }
    if (this.#members.size === 1) {
      // Its end comes after the last message.
      this.#isDraining = true;
      this.#onEmpty();
      writer.begin(SubscriberEntry.DRAIN, MAX_HEAD_BYTES);
    } else member.leavesAt = this.#mark(false);
    await member.left.promise;
  }

  /** A member of a queue group has taken a message. */
  onTaken(): void {
    const credit = this.#credit;
    if (credit === 0 || ++this.#taken < Math.max(1, credit / 2)) return;
    this.#grant();
  }

  /** Those who were full have room. */
  onRoom(): void {
    this.#roomChanged();
  }

  attach(session: LinkSession): void {
    this.#subjects = new NumberedSubjects(MAX_DELIVERY_SUBJECTS);
    this.#isReady = false;
    this.#taken = 0;
    this.#joining = undefined;
    let wantsRetained = false;
    for (const member of this.#members.values()) {
      member.isFirst = member.receiver.wantsRetained;
      member.joinsAt = undefined;
      wantsRetained ||= member.isFirst;
    }
    this.#connection = new PartConnection({
      link: this.#link,
      part: this,
      session,
      kind: "subscribe",
      metadata: encodeFields(defined({
        ...this.#options,
        retained: wantsRetained,
        credit: this.#credit,
      })),
      onOpen: (connection) => this.#onOpen(connection, wantsRetained),
      take: (block) => this.#take(new EntryReader(block)),
    });
  }

  detach(_cause: unknown): void {
    this.#reset();
    for (const member of [...this.#members.values()]) {
      member.hasLost = true;
      if (member.leavesAt !== undefined || this.#isDraining) {
        this.#members.delete(member.receiver);
        member.left.resolve();
      }
    }
    if (this.#members.size > 0) return;
    this.#onEmpty();
    this.#over();
  }

  end(error: unknown): void {
    this.#reset();
    this.#onEmpty();
    this.#over();
    const members = [...this.#members.values()];
    this.#members.clear();
    for (const { receiver, left } of members) {
      receiver.fail(error);
      left.resolve();
    }
  }

  #over(): void {
    this.#link.remove(this);
    this.#connection?.finish();
    this.#writer?.fail(new Error("The subscription has ended"));
    this.#ended.resolve();
  }

  #reset(): void {
    this.#connection?.abandon();
    this.#writer?.fail(new Error("The session was lost"));
    this.#connection = this.#writer = undefined;
    this.#isReady = false;
    this.#roomChanged();
  }

  #onOpen(connection: LogicalConnection, wantsRetained: boolean): void {
    this.#writer = new EntryWriter(connection);
    // Who came while it was opened, and wants more than was asked for.
    for (const member of this.#members.values()) {
      if (member.receiver.wantsRetained && !wantsRetained) {
        member.isFirst = false;
        member.joinsAt = this.#mark(true);
      }
    }
  }

  /** Marks a point of the feed; what is retained comes there, or nothing. */
  #mark(isRetained: boolean): number {
    const point = this.#nextPoint++;
    this.#writer?.begin(SubscriberEntry.SNAPSHOT, MAX_HEAD_BYTES);
    this.#writer?.number(point);
    this.#writer?.byte(isRetained ? 1 : 0);
    return point;
  }

  #grant(): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    writer.begin(SubscriberEntry.CREDIT, MAX_HEAD_BYTES);
    writer.number(this.#taken);
    this.#taken = 0;
  }

  #take(reader: EntryReader): Promise<void> | undefined {
    while (reader.hasMore) {
      this.#takeEntry(reader.byte(), reader);
      if (this.#isFull()) {
        const connection = this.#connection;
        return this.#whenRoom().then(() =>
          // What follows of a session that was lost is part of the loss.
          connection === this.#connection ? this.#take(reader) : undefined
        );
      }
    }
    return this.#isBehind() ? oneTurn() : undefined;
  }

  #takeEntry(type: number, reader: EntryReader): void {
    switch (type) {
      case DeliveryEntry.MESSAGE: {
        const subject = this.#subjects.get(reader.number());
        return this.#deliver(subject, reader.bytes(), 0, 0, 0);
      }
      case DeliveryEntry.MARKED: {
        const subject = this.#subjects.get(reader.number());
        const flags = reader.number();
        const token = flags & MarkFlag.REQUEST ? reader.number() : 0;
        const gap = flags & MarkFlag.GAP ? reader.number() : 0;
        return this.#deliver(subject, reader.bytes(), flags, token, gap);
      }
      case DeliveryEntry.SUBJECT:
        return this.#subjects.add(reader.number(), reader.text(MAX_TEXT_BYTES));
      case DeliveryEntry.READY:
        reader.text(MAX_TEXT_BYTES);
        this.#isReady = true;
        this.#link.partIsUp(this);
        for (const { receiver } of this.#members.values()) receiver.confirm();
        return;
      case DeliveryEntry.SNAPSHOT: {
        const point = reader.number();
        this.#joining = this.#find(({ joinsAt }) => joinsAt === point);
        return;
      }
      case DeliveryEntry.SNAPSHOT_END:
        return this.#passed(reader.number());
      case DeliveryEntry.END:
        return this.#onEnd();
      case DeliveryEntry.FAILED:
        return this.end(fromFailure(readFailure(reader)));
      default:
        throw unknownEntry(type);
    }
  }

  #deliver(
    subject: string,
    bytes: Uint8Array,
    flags: number,
    token: number,
    gap: number,
  ): void {
    const isRetained = (flags & MarkFlag.RETAINED) !== 0;
    const replies = flags & MarkFlag.REQUEST ? this.#replies(token) : undefined;
    const payload = Payload.from(bytes);
    const details = { bytes: bytes.length, isRetained, replies, gap };
    if (this.#options.queue !== undefined) {
      const member = roomiest(this.#members);
      if (member !== undefined) {
        member.receiver.offer(new Incoming(subject, payload, details));
      }
      return;
    }
    if (isRetained && this.#joining !== undefined) {
      this.#joining.receiver.offer(new Incoming(subject, payload, details));
      return;
    }
    let shared: Incoming | undefined;
    for (const member of this.#members.values()) {
      if (member.joinsAt !== undefined) continue;
      if (isRetained && !member.isFirst) continue;
      if (member.hasLost) {
        member.hasLost = false;
        const lost = { ...details, gap: Infinity };
        member.receiver.offer(new Incoming(subject, payload, lost));
        continue;
      }
      shared ??= new Incoming(subject, payload, details);
      member.receiver.offer(shared);
    }
  }

  #replies(token: number): ReplyTarget {
    const writer = this.#writer;
    return {
      async reply(payload) {
        const { bytes } = payload;
        if (writer === undefined || writer.error !== undefined) return;
        writer.begin(SubscriberEntry.REPLY, MAX_HEAD_BYTES + bytes.length);
        writer.number(token);
        writer.bytes(bytes);
        await writer.room();
      },
    };
  }

  #passed(point: number): void {
    this.#joining = undefined;
    const joining = this.#find(({ joinsAt }) => joinsAt === point);
    if (joining !== undefined) joining.joinsAt = undefined;
    const leaving = this.#find(({ leavesAt }) => leavesAt === point);
    if (leaving !== undefined) void this.leave(leaving.receiver);
  }

  #find(isIt: (member: Member) => boolean): Member | undefined {
    for (const member of this.#members.values()) {
      if (isIt(member)) return member;
    }
    return undefined;
  }

  #onEnd(): void {
    const members = [...this.#members.values()];
    this.#members.clear();
    this.#onEmpty();
    this.#over();
    for (const { receiver, left } of members) {
      receiver.finish();
      left.resolve();
    }
  }

  #isFull(): boolean {
    if (this.#options.overflow !== "wait") return false;
    return this.#find(({ receiver }) => receiver.beyond > 0) !== undefined;
  }

  /** Whether those who read have much to do before the next block. */
  #isBehind(): boolean {
    return this.#find(({ receiver: { room, maxRoom } }) =>
      maxRoom - room > BEHIND
    ) !== undefined;
  }

  #whenRoom(): Promise<void> {
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  #roomChanged(): void {
    if (this.#room === undefined || this.#isFull()) return;
    this.#room.resolve();
    this.#room = undefined;
  }
}

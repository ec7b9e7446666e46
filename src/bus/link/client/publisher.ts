/**
 * What a client sends to the bus over one session: messages, requests and
 * messages for streams, in one order, by one connection.
 *
 * @module
 */
import { refusal } from "../../../session/internal.ts";
import type { LogicalConnection } from "../../../session/mod.ts";
import { BusLimitError } from "../../errors.ts";
import { checkSubject } from "../../subject_rules.ts";
import type { PublishAck, StreamPublishOptions } from "../../stream.ts";
import { EntryReader, unknownEntry } from "../entry_reader.ts";
import { EntryWriter } from "../entry_writer.ts";
import { fromFailure, readFailure } from "../failures.ts";
import {
  KeepFlag,
  MAX_HEAD_BYTES,
  MAX_PENDING,
  MAX_SUBJECTS,
  MAX_TEXT_BYTES,
  PublishEntry,
  ReplyEntry,
} from "../protocol.ts";
import { SubjectNumbers } from "../subject_numbers.ts";
import { LazyPromise } from "./lazy_promise.ts";
import { NumberedSubjects } from "../numbered_subjects.ts";

/** A subject that was published on. */
interface PublishedSubject {
  readonly number: number;
  /** What the next who publishes on it gets, while the bus has not judged it. */
  taken: LazyPromise | undefined;
  isAllowed: boolean;
  /** Why messages on it are refused, if they are. */
  refusal: Error | undefined;
}

/** Something that the bus has still to say something about. */
interface Pending {
  /** Whether the first reply is the last. */
  readonly isSingle?: boolean;
  reply?(bytes: Uint8Array): void;
  kept?(sequence: number, isDuplicate: boolean): void;
  done(): void;
  fail(error: unknown): void;
}

/** What becomes of a request. */
export interface RequestOutcome {
  /** Whether the first reply is the last. */
  readonly isSingle: boolean;
  /** A reply has come; its bytes are the receiver's. */
  reply(bytes: Uint8Array): void;
  /** No more replies come. */
  done(): void;
  /** The request has failed, or the session was lost. */
  fail(error: unknown): void;
}

/** The bounds of a publisher. */
export interface PublisherLimits {
  /** Bytes of the largest message that the other side takes. */
  readonly maxMessageBytes: number;
  /** Bytes that may wait for the session until a message is refused. */
  readonly maxOutboxBytes: number;
}

const EMPTY = new Uint8Array(0);

/** The sending half of a client, for the life of one session. */
export class Publisher {
  readonly #writer: EntryWriter;
  readonly #limits: PublisherLimits;
  readonly #subjects = new SubjectNumbers<PublishedSubject>(MAX_SUBJECTS);
  readonly #numbered = new NumberedSubjects<PublishedSubject>(MAX_SUBJECTS);
  /** Subjects that the bus has not judged; more than have a number, perhaps. */
  readonly #unjudged = new Map<number, PublishedSubject>();
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  /** What the next who publishes gets. */
  #taken: LazyPromise | undefined;
  #error: unknown;

  constructor(connection: LogicalConnection, limits: PublisherLimits) {
    this.#writer = new EntryWriter(connection);
    this.#limits = limits;
  }

  /** Bytes that wait for the session. */
  get waitingBytes(): number {
    return this.#writer.waitingBytes;
  }

  /**
   * Sends a message. Resolves when the bus has taken it, which is asked for when
   * somebody waits: whoever does not costs no promise, and no reply.
   */
  publish(subject: string, bytes: Uint8Array): Promise<void> {
    const known = this.#subjects.get(subject) ?? this.#add(subject);
    const why = known.refusal ?? this.#refuse(bytes);
    if (why !== undefined) return refusal(why);
    const writer = this.#writer;
    writer.begin(PublishEntry.MESSAGE, MAX_HEAD_BYTES + bytes.length);
    writer.number(known.number);
    writer.bytes(bytes);
    if (known.isAllowed) return this.#taken ??= this.#lazy(undefined);
    return known.taken ??= this.#lazy(known);
  }

  /**
   * Returns what all share who publish until somebody waits, on a subject that
   * the bus has not judged or on any other.
   */
  #lazy(subject: PublishedSubject | undefined): LazyPromise {
    return new LazyPromise(async () => {
      if (subject === undefined) this.#taken = undefined;
      else subject.taken = undefined;
      await this.flush();
      if (subject?.refusal !== undefined) throw subject.refusal;
    });
  }

  /** Sends a message that the subject retains. Resolves when it does. */
  retain(subject: string, bytes: Uint8Array): Promise<void> {
    return this.#confirmed(PublishEntry.RETAINED, subject, bytes);
  }

  /** Forgets what a subject has retained. Resolves when it is forgotten. */
  clear(subject: string): Promise<void> {
    return this.#confirmed(PublishEntry.CLEAR, subject, undefined);
  }

  #confirmed(
    type: number,
    subject: string,
    bytes: Uint8Array | undefined,
  ): Promise<void> {
    const known = this.#subjects.get(subject) ?? this.#add(subject);
    const why = known.refusal ?? this.#refuse(bytes ?? EMPTY);
    if (why !== undefined) return refusal(why);
    return handled(
      new Promise((done, fail) => {
        const id = this.#expect({ done, fail });
        const writer = this.#writer;
        writer.begin(type, MAX_HEAD_BYTES + (bytes?.length ?? 0));
        writer.number(id);
        writer.number(known.number);
        if (bytes !== undefined) writer.bytes(bytes);
      }),
    );
  }

  /**
   * Sends a request.
   *
   * @returns What cancels it.
   */
  request(
    subject: string,
    bytes: Uint8Array,
    timeoutMs: number,
    maxReplies: number,
    outcome: RequestOutcome,
  ): () => void {
    const known = this.#subjects.get(subject) ?? this.#add(subject);
    const why = known.refusal ?? this.#refuse(bytes);
    if (why !== undefined) {
      outcome.fail(why);
      return () => {};
    }
    const id = this.#expect(outcome);
    const writer = this.#writer;
    writer.begin(PublishEntry.REQUEST, MAX_HEAD_BYTES + bytes.length);
    writer.number(id);
    writer.number(known.number);
    writer.number(Math.min(Math.ceil(timeoutMs), 2 ** 40));
    writer.number(Number.isFinite(maxReplies) ? maxReplies : 0);
    writer.bytes(bytes);
    return () => {
      if (!this.#pending.delete(id) || this.#error !== undefined) return;
      writer.begin(PublishEntry.CANCEL, MAX_HEAD_BYTES);
      writer.number(id);
    };
  }

  /** Sends a message for a stream. Resolves when the stream keeps it. */
  keep(
    stream: string,
    subject: string,
    bytes: Uint8Array,
    { id: messageId, expectedLastSequence }: StreamPublishOptions,
  ): Promise<PublishAck> {
    const known = this.#subjects.get(subject) ?? this.#add(subject);
    const why = known.refusal ?? this.#refuse(bytes);
    if (why !== undefined) return Promise.reject(why);
    return new Promise((resolve, reject) => {
      const id = this.#expect({
        kept: (sequence, isDuplicate) =>
          resolve({ stream, sequence, isDuplicate }),
        done: () => {},
        fail: reject,
      });
      const writer = this.#writer;
      writer.begin(
        PublishEntry.KEEP,
        MAX_HEAD_BYTES + 2 * MAX_TEXT_BYTES + bytes.length,
      );
      writer.number(id);
      writer.text(stream);
      writer.number(known.number);
      writer.number(
        (messageId === undefined ? 0 : KeepFlag.ID) |
          (expectedLastSequence === undefined ? 0 : KeepFlag.EXPECTED),
      );
      if (messageId !== undefined) writer.text(messageId);
      if (expectedLastSequence !== undefined) {
        writer.number(expectedLastSequence);
      }
      writer.bytes(bytes);
    });
  }

  /** Resolves when the bus has taken all that was sent before. */
  flush(): Promise<void> {
    if (this.#error !== undefined) return refusal(this.#error);
    return new Promise((done, fail) => {
      const id = this.#expect({ done, fail });
      this.#writer.begin(PublishEntry.FLUSH, MAX_HEAD_BYTES);
      this.#writer.number(id);
      this.#writer.flush();
    });
  }

  /**
   * Takes a block of the other side.
   *
   * @throws {ProtocolError} if it is none.
   */
  take(block: Uint8Array): void {
    const reader = new EntryReader(block);
    while (reader.hasMore) this.#takeEntry(reader.type(), reader);
  }

  /** The session was lost, or the bus is closed. */
  fail(error: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#writer.fail(error);
    this.#unjudged.clear();
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const one of pending) one.fail(error);
  }

  #takeEntry(type: number, reader: EntryReader): void {
    switch (type) {
      case ReplyEntry.ALLOWED: {
        const subject = this.#find(reader.number());
        if (subject !== undefined) this.#allow(subject);
        return;
      }
      case ReplyEntry.REFUSED: {
        const subject = this.#find(reader.number());
        const error = fromFailure(readFailure(reader));
        if (subject === undefined) return;
        subject.isAllowed = false;
        subject.refusal = error;
        this.#unjudged.delete(subject.number);
        return;
      }
      case ReplyEntry.REPLY: {
        const id = reader.number();
        const pending = this.#pending.get(id);
        // The block would live as long as the smallest reply in it.
        const bytes = reader.ownBytes();
        if (pending?.isSingle) this.#pending.delete(id);
        pending?.reply?.(bytes);
        return;
      }
      case ReplyEntry.DONE:
        return this.#settle(reader.number())?.done();
      case ReplyEntry.FAILED: {
        const pending = this.#settle(reader.number());
        const error = fromFailure(readFailure(reader));
        return pending?.fail(error);
      }
      case ReplyEntry.KEPT: {
        const pending = this.#settle(reader.number());
        const sequence = reader.number();
        return pending?.kept?.(sequence, reader.byte() !== 0);
      }
      default:
        throw unknownEntry(type);
    }
  }

  #allow(subject: PublishedSubject): void {
    subject.isAllowed = true;
    subject.refusal = undefined;
    this.#unjudged.delete(subject.number);
  }

  #find(number: number): PublishedSubject | undefined {
    return this.#unjudged.get(number) ?? this.#numbered.find(number);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #expect(pending: Pending): number {
    const id = this.#nextId++;
    this.#pending.set(id, pending);
    return id;
  }

  #add(subject: string): PublishedSubject {
    checkSubject("subject", subject);
    const known: PublishedSubject = this.#subjects.add(subject, (number) => ({
      number,
      taken: undefined,
      isAllowed: false,
      refusal: undefined,
    }));
    this.#numbered.add(known.number, known);
    this.#unjudged.set(known.number, known);
    this.#writer.begin(PublishEntry.SUBJECT, MAX_HEAD_BYTES + MAX_TEXT_BYTES);
    this.#writer.number(known.number);
    this.#writer.text(subject);
    return known;
  }

  /** Returns why a message cannot be sent, if it cannot. */
  #refuse(bytes: Uint8Array): unknown {
    if (this.#error !== undefined) return this.#error;
    const { maxMessageBytes, maxOutboxBytes } = this.#limits;
    if (this.#pending.size >= MAX_PENDING) {
      return new BusLimitError(
        `Cannot publish: ${MAX_PENDING} requests or messages of streams are pending, wait for some of them`,
      );
    }
    if (bytes.length > maxMessageBytes) {
      return new BusLimitError(
        `Cannot publish: the message has ${bytes.length} bytes, the bus takes ${maxMessageBytes} at most`,
      );
    }
    if (this.#writer.waitingBytes + bytes.length > maxOutboxBytes) {
      return new BusLimitError(
        `Cannot publish: ${this.#writer.waitingBytes} bytes wait to be sent already, wait for the promises of what was published`,
      );
    }
    return undefined;
  }
}

function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}

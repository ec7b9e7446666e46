/**
 * What a client publishes, and asks, taken by the bus in its order.
 *
 * @module
 */
import { type LogicalConnection, ProtocolError } from "../../../session/mod.ts";
import { nextTurn } from "../../../actor/internal.ts";
import { DONE } from "../../delivery/delivered.ts";
import {
  BusClosedError,
  BusLimitError,
  StreamNotFoundError,
} from "../../errors.ts";
import { checkOwnSubject } from "../../subject_rules.ts";
import type { PublishAck, StreamPublishOptions } from "../../stream.ts";
import { EntryReader, unknownEntry } from "../entry_reader.ts";
import { EntryWriter } from "../entry_writer.ts";
import {
  FAILURE_BYTES,
  isKnown,
  toFailure,
  writeFailure,
} from "../failures.ts";
import { NumberedSubjects } from "../numbered_subjects.ts";
import {
  KeepFlag,
  MAX_HEAD_BYTES,
  MAX_SUBJECTS,
  MAX_TEXT_BYTES,
  PublishEntry,
  ReplyEntry,
} from "../protocol.ts";
import type { Verdict } from "./authorizer.ts";
import { Pauses } from "./pauses.ts";
import { type RawSubject, rawSubject } from "./bus_source.ts";
import type { ServedClient } from "./served_client.ts";
import { serveRequestMany } from "./serve_request_many.ts";
import { Untaken } from "./untaken.ts";

/** Messages that subscribers have no room for, until no more is read. */
const MAX_WAITING = 256;
/**
 * Live messages after which what they were written to has a turn to leave: else
 * a turn brings more than there is room for, and they wait in queues.
 */
const MESSAGES_PER_TURN = 128;
/** Messages for streams that are not kept yet. */
const MAX_KEEPING = 16_384;
/** Bytes of replies that wait for the client; more are failures. */
const MAX_REPLY_BYTES = 33_554_432;

/** A subject that the client has given a number to. */
interface ServedSubject {
  readonly number: number;
  readonly subject: RawSubject;
  /** Why nothing is published on it, if it is not. */
  refusal: unknown;
}

/** The connection by which one client publishes. */
export class PublishServer {
  readonly #connection: LogicalConnection;
  readonly #client: ServedClient;
  readonly #writer: EntryWriter;
  readonly #subjects = new NumberedSubjects<ServedSubject>(MAX_SUBJECTS);
  readonly #requests = new Map<number, () => void>();
  readonly #untaken = new Untaken();
  /** Messages of subjects that are refused. */
  #refused = 0;
  /** Live messages since the last turn. */
  #sinceTurn = 0;
  /** Whether somebody may have a view of the blocks that are being read. */
  #isKept = false;
  readonly #pauses: Pauses;

  constructor(connection: LogicalConnection, client: ServedClient) {
    this.#connection = connection;
    this.#client = client;
    this.#writer = new EntryWriter(connection);
    this.#pauses = new Pauses(connection.closed);
  }

  /** Takes what comes until the client has closed the connection. */
  async serve(): Promise<void> {
    const judgeAgain = (): Promise<void> => this.#judgeAgain();
    this.#client.onReauthorize.add(judgeAgain);
    try {
      for await (const batch of this.#connection.batches()) {
        this.#isKept = false;
        for (const block of batch.messages) {
          const pause = this.#take(new EntryReader(block));
          if (pause !== undefined) await pause;
          if (this.#sinceTurn >= MESSAGES_PER_TURN) await this.#oneTurn();
        }
        // Fresh memory for the next ones would cost more than all else.
        if (!this.#isKept) batch[Symbol.dispose]();
        if (!this.#writer.hasRoom) await this.#writer.room();
      }
      await this.#untaken.settled();
      await this.#writer.idle();
    } finally {
      this.#client.onReauthorize.delete(judgeAgain);
      this.#writer.fail(new Error("The client is gone"));
      for (const cancel of [...this.#requests.values()]) cancel();
    }
  }

  #oneTurn(): Promise<void> {
    this.#sinceTurn = 0;
    return new Promise((resolve) => nextTurn(resolve));
  }

  #take(reader: EntryReader): Promise<void> | undefined {
    while (reader.hasMore) {
      const pause = this.#takeEntry(reader.type(), reader);
      if (pause !== undefined) return pause.then(() => this.#take(reader));
    }
    return undefined;
  }

  /** Takes an entry; what it returns is waited for before the next. */
  #takeEntry(type: number, reader: EntryReader): Promise<void> | undefined {
    switch (type) {
      case PublishEntry.MESSAGE: {
        const subject = this.#subjects.get(reader.number());
        return this.#publish(subject, this.#message(reader));
      }
      case PublishEntry.SUBJECT:
        return this.#addSubject(reader.number(), reader.text(MAX_TEXT_BYTES));
      case PublishEntry.RETAINED: {
        const id = reader.number();
        const subject = this.#subjects.get(reader.number());
        // It stays: a view would keep the whole block.
        const bytes = this.#message(reader).slice();
        return this.#confirm(id, subject, bytes.length, () => {
          this.#client.addRetained(subject.subject.pattern);
          return this.#client.source.publish(subject.subject, bytes, true);
        });
      }
      case PublishEntry.CLEAR: {
        const id = reader.number();
        const subject = this.#subjects.get(reader.number());
        return this.#confirm(id, subject, 0, async () => {
          await this.#client.source.bus.clear(subject.subject.pattern);
          this.#client.retained.delete(subject.subject.pattern);
        });
      }
      case PublishEntry.REQUEST:
        return this.#request(reader);
      case PublishEntry.CANCEL: {
        const id = reader.number();
        this.#requests.get(id)?.();
        return;
      }
      case PublishEntry.KEEP:
        return this.#keep(reader);
      case PublishEntry.FLUSH: {
        const id = reader.number();
        this.#untaken.whenTaken(() => this.#done(id));
        return this.#untaken.untilRoom(MAX_KEEPING, MAX_KEEPING / 2);
      }
      default:
        throw unknownEntry(type);
    }
  }

  #message(reader: EntryReader): Uint8Array {
    return this.#checked(reader.bytes());
  }

  #checked(bytes: Uint8Array): Uint8Array {
    const { maxMessageBytes } = this.#client.settings.limits;
    if (bytes.length <= maxMessageBytes) return bytes;
    throw new ProtocolError(
      `A message has ${bytes.length} bytes, more than ${maxMessageBytes}`,
    );
  }

  #addSubject(number: number, text: string): Promise<void> | undefined {
    let subject: ServedSubject;
    try {
      checkOwnSubject("the subject", text);
      const refusal = undefined;
      subject = { number, subject: rawSubject(text), refusal };
    } catch (refusal) {
      subject = { number, subject: rawSubject("invalid"), refusal };
    }
    this.#subjects.add(number, subject);
    if (subject.refusal !== undefined) {
      return void this.#announce(subject, subject.refusal);
    }
    const verdict = this.#client.authorizer.judge("publish", text);
    if (verdict instanceof Promise) {
      return verdict.then((verdict) => this.#announce(subject, verdict));
    }
    this.#announce(subject, verdict);
    return;
  }

  #announce(subject: ServedSubject, verdict: unknown): void {
    subject.refusal = verdict;
    const writer = this.#writer;
    if (verdict === undefined) {
      writer.begin(ReplyEntry.ALLOWED, MAX_HEAD_BYTES);
      writer.number(subject.number);
      return;
    }
    writer.begin(ReplyEntry.REFUSED, MAX_HEAD_BYTES + FAILURE_BYTES);
    writer.number(subject.number);
    writeFailure(writer, toFailure(verdict));
  }

  /** Asks again for all subjects, and says which are refused now, or not. */
  async #judgeAgain(): Promise<void> {
    for (const subject of this.#subjects.values()) {
      const { pattern } = subject.subject;
      const before = subject.refusal;
      const judged = this.#client.authorizer.judge("publish", pattern);
      const verdict: Verdict = judged instanceof Promise
        ? await judged
        : judged;
      if ((before === undefined) !== (verdict === undefined)) {
        this.#announce(subject, verdict);
      }
    }
  }

  #publish(
    subject: ServedSubject,
    bytes: Uint8Array,
  ): Promise<void> | undefined {
    if (subject.refusal !== undefined) {
      this.#refused++;
      return;
    }
    this.#sinceTurn++;
    try {
      const { source } = this.#client;
      if (source.pass(subject.subject, bytes)) return undefined;
      const pause = this.#pauses.until((resume) =>
        source.whenPassing(subject.subject, resume)
      );
      if (pause !== undefined) {
        return pause.then(() => this.#publish(subject, bytes));
      }
      this.#isKept = true;
      const taken = source.publish(subject.subject, bytes, false);
      if (taken === DONE) return undefined;
      return this.#wait(taken, bytes.length);
    } catch (error) {
      if (error instanceof BusClosedError) throw error;
      // Too many wait for a subscription: so does this client.
      if (error instanceof BusLimitError) {
        return this.#client.source.bus.flush().then(() =>
          this.#publish(subject, bytes)
        );
      }
      this.#client.settings.onError(error);
      return undefined;
    }
  }

  /** Notes that something is not taken; returns whether to wait for some of it. */
  #wait(taken: Promise<unknown>, bytes: number): Promise<void> | undefined {
    this.#untaken.add(taken, bytes);
    return this.#untaken.untilRoom(MAX_WAITING);
  }

  #confirm(
    id: number,
    { refusal }: ServedSubject,
    bytes: number,
    act: () => Promise<void>,
  ): Promise<void> | undefined {
    if (refusal !== undefined) return void this.#failed(id, refusal);
    try {
      const acting = act();
      acting.then(() => this.#done(id), (error) => this.#failed(id, error));
      return this.#wait(acting, bytes);
    } catch (error) {
      this.#failed(id, error);
      return undefined;
    }
  }

  #request(reader: EntryReader): undefined {
    const id = reader.number();
    const { subject, refusal } = this.#subjects.get(reader.number());
    const timeoutMs = Math.min(Math.max(1, reader.number()), 2 ** 31 - 1);
    const maxReplies = reader.number();
    const bytes = this.#checked(reader.ownBytes());
    this.#isKept = true;
    if (refusal !== undefined) return this.#failed(id, refusal);
    if (this.#requests.has(id)) {
      throw new ProtocolError(`The request ${id} is pending already`);
    }
    const client = this.#client;
    if (!client.tryAdd("requests")) {
      return this.#failed(id, client.tooMany("requests"));
    }
    const finish = (): boolean => {
      if (!this.#requests.delete(id)) return false;
      client.remove("requests");
      return true;
    };
    let cancelThere = (): void => {};
    this.#requests.set(id, () => {
      if (finish()) cancelThere();
    });
    const outcome = {
      reply: (bytes: Uint8Array): void => {
        if (maxReplies === 1 && !finish()) return;
        this.#reply(id, bytes);
      },
      done: (): void => {
        if (finish()) this.#done(id);
      },
      fail: (error: unknown): void => {
        if (finish()) this.#failed(id, error);
      },
    };
    cancelThere = maxReplies === 1
      ? client.source.request(subject, bytes, timeoutMs, outcome)
      : serveRequestMany(client.source.bus, subject, bytes, {
        timeoutMs,
        maxReplies: maxReplies === 0 ? Infinity : maxReplies,
      }, outcome);
  }

  #keep(reader: EntryReader): Promise<void> | undefined {
    const id = reader.number();
    const name = reader.text(MAX_TEXT_BYTES);
    const { subject, refusal } = this.#subjects.get(reader.number());
    const flags = reader.number();
    const messageId = flags & KeepFlag.ID
      ? reader.text(MAX_TEXT_BYTES)
      : undefined;
    const expected = flags & KeepFlag.EXPECTED ? reader.number() : undefined;
    const bytes = this.#message(reader).slice();
    if (refusal !== undefined) return void this.#failed(id, refusal);
    const stream = this.#client.streams.get(name);
    if (stream === undefined) {
      return void this.#failed(
        id,
        new StreamNotFoundError(
          `Cannot publish: the client has not opened the stream ${name}`,
        ),
      );
    }
    const options: StreamPublishOptions = {
      ...messageId === undefined ? {} : { id: messageId },
      ...expected === undefined ? {} : { expectedLastSequence: expected },
    };
    const keeping = stream.publish(subject, bytes, options);
    keeping.then(
      (ack) => this.#kept(id, ack),
      (error) => this.#failed(id, error),
    );
    this.#untaken.add(keeping, bytes.length);
    return this.#untaken.untilRoom(MAX_KEEPING, MAX_KEEPING / 2);
  }

  #kept(id: number, { sequence, isDuplicate }: PublishAck): void {
    this.#writer.begin(ReplyEntry.KEPT, MAX_HEAD_BYTES);
    this.#writer.number(id);
    this.#writer.number(sequence);
    this.#writer.byte(isDuplicate ? 1 : 0);
  }

  #reply(id: number, bytes: Uint8Array): void {
    const writer = this.#writer;
    if (writer.waitingBytes + bytes.length > MAX_REPLY_BYTES) {
      return void this.#failed(
        id,
        new BusLimitError(
          "Cannot reply: the client does not read what it has asked for",
        ),
      );
    }
    writer.begin(ReplyEntry.REPLY, MAX_HEAD_BYTES + bytes.length);
    writer.number(id);
    writer.bytes(bytes);
  }

  #done(id: number): void {
    this.#writer.begin(ReplyEntry.DONE, MAX_HEAD_BYTES);
    this.#writer.number(id);
  }

  #failed(id: number, error: unknown): undefined {
    if (!isKnown(error)) this.#client.settings.onError(error);
    this.#writer.begin(ReplyEntry.FAILED, MAX_HEAD_BYTES + FAILURE_BYTES);
    this.#writer.number(id);
    writeFailure(this.#writer, toFailure(error));
  }
}

/**
 * What a consumer says of its messages over one session, and what comes of it.
 *
 * @module
 */
import { nextTurn } from "../../../actor/internal.ts";
import type { Fields } from "../control_protocol.ts";
import type { EntryWriter } from "../entry_writer.ts";
import {
  ConsumerEntry,
  MAX_ACK_GROUP,
  MAX_HEAD_BYTES,
  MAX_TEXT_BYTES,
} from "../protocol.ts";
import { AckGroup, type Refused } from "./ack_group.ts";
import { LazyPromise } from "./lazy_promise.ts";

/** Something that was said, and that the stream does not know yet. */
interface Pending {
  done(): void;
  fail(error: unknown): void;
  informed?(fields: Fields): void;
  refuse?(refused: Refused): void;
}

/** The acknowledgements of a consumer, and the like. */
export class Settlements {
  readonly #writer: EntryWriter;
  /** Acknowledgements of this turn. */
  #acks: AckGroup | undefined;
  /** Messages that were acknowledged one after the other, and not written. */
  #first = 0;
  #count = 0;
  #deliveries = 0;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #error: readonly [unknown] | undefined;

  constructor(writer: EntryWriter) {
    this.#writer = writer;
  }

  /**
   * A message is done with. Leaves with the others of this turn; what has come
   * of it is for whoever waits.
   */
  ack(sequence: number, deliveries: number): Promise<void> {
    if (this.#error !== undefined) {
      const [error] = this.#error;
      return new LazyPromise(() => Promise.reject(error));
    }
    const acks = this.#acks ??= this.#beginAcks();
    if (
      sequence !== this.#first + this.#count || deliveries !== this.#deliveries
    ) {
      this.#writeRun();
      this.#first = sequence;
      this.#deliveries = deliveries;
    }
    this.#count++;
    if (++acks.count >= MAX_ACK_GROUP) this.#confirm();
    return acks.of(sequence, deliveries);
  }

  #beginAcks(): AckGroup {
    nextTurn(() => {
      this.#confirm();
      this.#writer.flush();
    });
    return new AckGroup();
  }

  #writeRun(): void {
    if (this.#count === 0) return;
    this.#writer.begin(ConsumerEntry.ACK, MAX_HEAD_BYTES);
    this.#writer.number(this.#first);
    this.#writer.number(this.#count);
    this.#writer.number(this.#deliveries);
    this.#first += this.#count;
    this.#count = 0;
  }

  /** Sends what was acknowledged, before anything else that is said. */
  #confirm(): void {
    const acks = this.#acks;
    if (acks === undefined) return;
    this.#acks = undefined;
    this.#writeRun();
    const id = this.#expect(acks);
    this.#writer.begin(ConsumerEntry.CONFIRM, MAX_HEAD_BYTES);
    this.#writer.number(id);
  }

  /** A message is to come again. */
  nak(sequence: number, deliveries: number, delayMs: number): Promise<void> {
    return this.#say(
      ConsumerEntry.NAK,
      sequence,
      deliveries,
      (writer) => writer.number(Math.min(Math.ceil(delayMs), 2 ** 40)),
    );
  }

  /** A message is given up. */
  terminate(
    sequence: number,
    deliveries: number,
    reason: string,
  ): Promise<void> {
    return this.#say(
      ConsumerEntry.TERMINATE,
      sequence,
      deliveries,
      (writer) => writer.text(reason.slice(0, MAX_TEXT_BYTES / 4)),
    );
  }

  /** A message is being worked on. */
  inProgress(sequence: number, deliveries: number): Promise<void> {
    return this.#say(ConsumerEntry.IN_PROGRESS, sequence, deliveries);
  }

  /** Asks what the consumer has done. */
  info(): Promise<Fields> {
    return new Promise((informed, fail) => {
      if (this.#error !== undefined) return fail(this.#error[0]);
      this.#confirm();
      const id = this.#expect({ done: () => {}, fail, informed });
      this.#writer.begin(ConsumerEntry.INFO, MAX_HEAD_BYTES);
      this.#writer.number(id);
    });
  }

  /** Asks for the end. */
  close(): void {
    this.#confirm();
    this.#writer.begin(ConsumerEntry.CLOSE, MAX_HEAD_BYTES);
  }

  /** Lets so many more messages come. */
  grant(count: number): void {
    this.#writer.begin(ConsumerEntry.CREDIT, MAX_HEAD_BYTES);
    this.#writer.number(count);
  }

  /** The stream knows. */
  settled(id: number): void {
    this.#take(id)?.done();
  }

  /** The stream refuses some of what was acknowledged in one turn. */
  refused(id: number, refused: Refused): void {
    this.#pending.get(id)?.refuse?.(refused);
  }

  /** The stream refuses it. */
  failed(id: number, error: Error): void {
    this.#take(id)?.fail(error);
  }

  /** The consumer has said what it has done. */
  informed(id: number, fields: Fields): void {
    this.#take(id)?.informed?.(fields);
  }

  /** The session was lost, or the consumer has ended. */
  fail(error: unknown): void {
    this.#error ??= [error];
    this.#writer.fail(error);
    this.#acks?.fail(error);
    this.#acks = undefined;
    this.#count = 0;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const one of pending) one.fail(error);
  }

  #say(
    type: number,
    sequence: number,
    deliveries: number,
    more: (writer: EntryWriter) => void = () => {},
  ): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error[0]);
    return new Promise((done, fail) => {
      this.#confirm();
      const id = this.#expect({ done, fail });
      const writer = this.#writer;
      writer.begin(type, MAX_HEAD_BYTES + MAX_TEXT_BYTES);
      writer.number(id);
      writer.number(sequence);
      writer.number(deliveries);
      more(writer);
    });
  }

  #expect(pending: Pending): number {
    const id = this.#nextId++;
    this.#pending.set(id, pending);
    return id;
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}

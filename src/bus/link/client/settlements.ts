/**
 * What a consumer says of its messages over one session, and what comes of it.
 *
 * @module
 */
import type { Fields } from "../control_protocol.ts";
import type { EntryWriter } from "../entry_writer.ts";
import { ConsumerEntry, MAX_HEAD_BYTES, MAX_TEXT_BYTES } from "../protocol.ts";

/** Something that was said, and that the stream does not know yet. */
interface Pending {
  done(): void;
  fail(error: unknown): void;
  informed?(fields: Fields): void;
}

/** The acknowledgements of a consumer, and the like. */
export class Settlements {
  readonly writer: EntryWriter;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #error: readonly [unknown] | undefined;

  constructor(writer: EntryWriter) {
    this.writer = writer;
  }

  /** A message is done with. */
  ack(token: number): Promise<void> {
    return this.#say(ConsumerEntry.ACK, token);
  }

  /** A message is to come again. */
  nak(token: number, delayMs: number): Promise<void> {
    return this.#say(
      ConsumerEntry.NAK,
      token,
      (writer) => writer.number(Math.min(Math.ceil(delayMs), 2 ** 40)),
    );
  }

  /** A message is given up. */
  terminate(token: number, reason: string): Promise<void> {
    return this.#say(
      ConsumerEntry.TERMINATE,
      token,
      (writer) => writer.text(reason.slice(0, MAX_TEXT_BYTES / 4)),
    );
  }

  /** A message is being worked on. */
  inProgress(token: number): Promise<void> {
    return this.#say(ConsumerEntry.IN_PROGRESS, token);
  }

  /** Asks what the consumer has done. */
  info(): Promise<Fields> {
    return new Promise((informed, fail) => {
      if (this.#error !== undefined) return fail(this.#error[0]);
      const id = this.#expect({ done: () => {}, fail, informed });
      this.writer.begin(ConsumerEntry.INFO, MAX_HEAD_BYTES);
      this.writer.number(id);
    });
  }

  /** Lets so many more messages come. */
  grant(count: number): void {
    this.writer.begin(ConsumerEntry.CREDIT, MAX_HEAD_BYTES);
    this.writer.number(count);
  }

  /** The stream knows. */
  settled(id: number): void {
    this.#take(id)?.done();
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
    this.writer.fail(error);
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const one of pending) one.fail(error);
  }

  #say(
    type: number,
    token: number,
    more: (writer: EntryWriter) => void = () => {},
  ): Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error[0]);
    return new Promise((done, fail) => {
      const id = this.#expect({ done, fail });
      const { writer } = this;
      writer.begin(type, MAX_HEAD_BYTES + MAX_TEXT_BYTES);
      writer.number(id);
      writer.number(token);
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

/**
 * Writes the messages that leave for one subscription or consumer.
 *
 * @module
 */
import type { NotAcknowledged } from "./acknowledged.ts";
import type { BlockCarrier } from "../entry_writer.ts";
import { EntryWriter } from "../entry_writer.ts";
import { FAILURE_BYTES, toFailure, writeFailure } from "../failures.ts";
import {
  DeliveryEntry,
  MarkFlag,
  MAX_DELIVERY_SUBJECTS,
  MAX_HEAD_BYTES,
  MAX_TEXT_BYTES,
} from "../protocol.ts";
import { SubjectNumbers } from "../subject_numbers.ts";

/** A message with what is said about it. */
export interface MarkedMessage {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly isRetained: boolean;
  /** The token of a request; 0 if it is none. */
  readonly token: number;
  readonly gap: number;
}

/** The entries of one subscription or consumer. */
export class DeliveryWriter {
  readonly writer: EntryWriter;
  readonly #numbers = new SubjectNumbers<number>(MAX_DELIVERY_SUBJECTS);

  constructor(
    carrier: BlockCarrier,
    schedule?: (flush: () => void) => void,
  ) {
    this.writer = new EntryWriter(carrier, schedule);
  }

  /** Writes a message. */
  message(subject: string, bytes: Uint8Array): void {
    const { writer } = this;
    const number = this.number(subject);
    writer.begin(DeliveryEntry.MESSAGE, MAX_HEAD_BYTES + bytes.length);
    writer.number(number);
    writer.bytes(bytes);
  }

  /** Writes a message with what is said about it. */
  marked({ subject, bytes, isRetained, token, gap }: MarkedMessage): void {
    const { writer } = this;
    const number = this.number(subject);
    writer.begin(DeliveryEntry.MARKED, MAX_HEAD_BYTES + bytes.length);
    writer.number(number);
    writer.number(
      (isRetained ? MarkFlag.RETAINED : 0) |
        (token > 0 ? MarkFlag.REQUEST : 0) | (gap > 0 ? MarkFlag.GAP : 0),
    );
    if (token > 0) writer.number(token);
    if (gap > 0) writer.number(Math.min(gap, Number.MAX_SAFE_INTEGER));
    writer.bytes(bytes);
  }

  /** Writes an entry that has a number, or nothing. */
  entry(type: number, number?: number): void {
    this.writer.begin(type, MAX_HEAD_BYTES);
    if (number !== undefined) this.writer.number(number);
  }

  /** Writes an entry that has a text. */
  text(type: number, text: string): void {
    this.writer.begin(type, MAX_HEAD_BYTES + MAX_TEXT_BYTES);
    this.writer.text(text);
  }

  /** Writes that it has failed, or something of it. */
  failed(type: number, error: unknown, id?: number): void {
    this.writer.begin(type, MAX_HEAD_BYTES + FAILURE_BYTES);
    if (id !== undefined) this.writer.number(id);
    writeFailure(this.writer, toFailure(error));
  }

  /** Writes that acknowledgements are refused. */
  refused(
    id: number,
    { first, count, deliveries, error }: NotAcknowledged,
  ): void {
    this.writer.begin(DeliveryEntry.REFUSED, MAX_HEAD_BYTES + FAILURE_BYTES);
    this.writer.number(id);
    this.writer.number(first);
    this.writer.number(count);
    this.writer.number(deliveries);
    writeFailure(this.writer, toFailure(error));
  }

  /** Returns the number of a subject, which has one afterwards. */
  number(subject: string): number {
    return this.#numbers.get(subject) ??
      this.#numbers.add(subject, (number) => {
        const { writer } = this;
        writer.begin(DeliveryEntry.SUBJECT, MAX_HEAD_BYTES + MAX_TEXT_BYTES);
        writer.number(number);
        writer.text(subject);
        return number;
      });
  }
}

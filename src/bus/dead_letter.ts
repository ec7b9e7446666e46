/**
 * Dead letters: messages of a stream that came too often, or were given up.
 *
 * @module
 */
import { msgpack } from "../codec/mod.ts";
import { type Subject, subject } from "./subject.ts";

/** What is published of a message that its consumer does not get any more. */
export interface DeadLetter {
  /** The stream that the message is kept in. */
  readonly stream: string;
  /** The consumer that has given it up. */
  readonly consumer: string;
  /** The subject that it was published on. */
  readonly subject: string;
  /** The number of the message in the stream. */
  readonly sequence: number;
  /** When it was kept, in milliseconds since 1970. */
  readonly timestampMs: number;
  /** How often it has come. */
  readonly deliveries: number;
  /**
   * `max_deliveries`, or `terminated`, or the reason that was given to
   * `terminate`.
   */
  readonly reason: string;
  /** The message as bytes, for the codec of its subject. */
  readonly bytes: Uint8Array;
}

const LETTER = msgpack<DeadLetter>({ parse });

/**
 * Returns the subject of dead letters, to be subscribed to or kept by a stream.
 *
 * @param pattern What consumers have as `deadLetter`, or a pattern of that.
 * @throws {TypeError} if `pattern` is not text, or no subject or pattern.
 * @throws {RangeError} if `pattern` is too long.
 */
export function deadLetters(pattern: string): Subject<DeadLetter> {
  return subject(pattern, LETTER);
}

/** Returns a dead letter as it is published. */
export function deadLetterBytes(letter: DeadLetter): Uint8Array {
  return LETTER.encode(pick(letter));
}

function pick(letter: DeadLetter): DeadLetter {
  const { stream, consumer, subject, sequence } = letter;
  const { timestampMs, deliveries, reason, bytes } = letter;
  return {
    stream,
    consumer,
    subject,
    sequence,
    timestampMs,
    deliveries,
    reason,
    bytes,
  };
}

function parse(value: unknown): DeadLetter {
  const letter = value as Partial<DeadLetter> | null;
  const texts = [
    letter?.stream,
    letter?.consumer,
    letter?.subject,
    letter?.reason,
  ];
  const numbers = [letter?.sequence, letter?.timestampMs, letter?.deliveries];
  const isLetter = texts.every((text) => typeof text === "string") &&
    numbers.every((number) => typeof number === "number") &&
    letter?.bytes instanceof Uint8Array;
  if (!isLetter) throw new TypeError("Cannot read a dead letter: it is none");
  return letter as DeadLetter;
}

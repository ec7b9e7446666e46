/**
 * Consumers: readers of a stream that say what they are done with, so that
 * what they are not done with comes again.
 *
 * @module
 */
import type { LeaseHolder } from "../actor/mod.ts";

/** Where a consumer begins. */
export type ConsumerStart =
  /** With the oldest message that is kept. */
  | "first"
  /** With what is published from now on. */
  | "new"
  /** With the newest message that matches. */
  | "last"
  /** With the newest message of each subject that matches. */
  | "last_per_subject"
  /** With the message of that number, or the next that is kept. */
  | { readonly sequence: number }
  /** With the first message that was kept at that time or later. */
  | { readonly timeMs: number };

/** Options of {@linkcode BusStream.consume}. */
export interface ConsumeOptions {
  /**
   * Keeps the consumer, and what it has acknowledged, when its reader goes; all
   * who consume by this name share its messages.
   * @default {none: it ends with its reader}
   */
  readonly name?: string;
  /**
   * Where a consumer that is new begins.
   * @default {"first"}
   */
  readonly start?: ConsumerStart;
  /**
   * Milliseconds for which a message may be neither acknowledged nor refused
   * until it comes again.
   * @default {30_000}
   */
  readonly ackWaitMs?: number;
  /**
   * How often a message comes at most, at least 1.
   * @default {Infinity}
   */
  readonly maxDeliveries?: number;
  /**
   * The subject on which a dead letter is published for a message that came
   * `maxDeliveries` times or was given up with `terminate`, with why; see
   * {@linkcode deadLetters}. No subject of its own stream.
   * @default {none: it is let go}
   */
  readonly deadLetter?: string;
  /**
   * Messages that may be delivered and not acknowledged, at least 1.
   * @default {1000}
   */
  readonly maxPendingAcks?: number;
  /** Ends the consumer's reader. */
  readonly signal?: AbortSignal;
  /** Ends the consumer's reader when it does, such as an actor's context. */
  readonly holder?: LeaseHolder;
}

/** A message of a stream as a consumer gets it. */
export interface StreamMessage<T> {
  /** The subject that it was published on. */
  readonly subject: string;
  /** The value that was published. */
  readonly value: T;
  /** The number of the message in the stream, from 1 on. */
  readonly sequence: number;
  /** When it was kept, in milliseconds since 1970. */
  readonly timestampMs: number;
  /** How often it has come, this time included. */
  readonly deliveries: number;
  /**
   * Messages between the last one and this one that were removed from the
   * stream before this consumer had them; 0 or more.
   */
  readonly gap: number;
  /**
   * Says that it is done with. Resolves when the stream knows, as its
   * `durability` says.
   *
   * @throws {AckError} as a rejection, if it has come again meanwhile, or was
   * acknowledged or refused already.
   */
  ack(): Promise<void>;
  /** Refuses it, so that it comes again, at once or after `delayMs`. */
  nak(options?: { readonly delayMs?: number }): Promise<void>;
  /** Gives it up: it never comes again, and goes to the dead letters. */
  terminate(reason?: string): Promise<void>;
  /** Says that it is being worked on: `ackWaitMs` begins again. */
  inProgress(): Promise<void>;
}

/** What a consumer has done, and has to do. */
export interface ConsumerInfo {
  /** The name of the consumer. */
  readonly name: string;
  /** Messages that wait to be delivered for the first time. */
  readonly waiting: number;
  /** Messages that were delivered, and neither acknowledged nor given up. */
  readonly pendingAcks: number;
  /** Messages that came more than once so far. */
  readonly redelivered: number;
  /** The number up to which all messages are done with. */
  readonly ackFloor: number;
}

/**
 * A reader of a stream. A loop over it yields messages until it is closed, and
 * to leave the loop closes it. One that a reader has not acknowledged when it goes comes to another, or when
 * the consumer is taken up again.
 */
export interface Consumer<T>
  extends AsyncDisposable, AsyncIterable<StreamMessage<T>> {
  /** Its name; a random one if it was given none. */
  readonly name: string;
  /** Resolves when it has ended in order; rejects with why it ended otherwise. */
  readonly closed: Promise<void>;
  /**
   * Returns the next message, or `undefined` when it was closed. One call may be
   * pending at a time.
   */
  receive(
    options?: { readonly signal?: AbortSignal },
  ): Promise<StreamMessage<T> | undefined>;
  /** Returns what it has done, and has to do. */
  info(): Promise<ConsumerInfo>;
  /**
   * Ends this reader: nothing more is delivered. Resolves when the stream knows
   * what was acknowledged.
   */
  close(): Promise<void>;
}

/**
 * A bounded mailbox: user messages with their origin, in order of arrival.
 *
 * @module
 */
import { Ring } from "./ring.ts";

/**
 * What a full mailbox does with one more message.
 *
 * - `refuse`: `tell` returns false and the sender decides.
 * - `drop_oldest`: the message that waited longest makes room.
 * - `drop_newest`: the new message is dropped, `tell` returns true.
 *
 * Whatever is refused or dropped goes to dead letters.
 */
export type OverflowPolicy = "refuse" | "drop_oldest" | "drop_newest";

/** Bounds of a mailbox, as an author gives them. */
export interface MailboxOptions<M> {
  /**
   * Messages that may wait, from 1 up.
   * @default {10_000}
   */
  readonly maxMessages?: number;
  /**
   * Bytes that may wait, measured with `sizeOf`. One message is let into an
   * empty mailbox whatever its size, so that a large one is never stuck.
   * @default {Infinity}
   */
  readonly maxBytes?: number;
  /**
   * The payload bytes of a message, 0 or more; needed when `maxBytes` is
   * given. It must not throw: whoever sends the message would be thrown at.
   */
  readonly sizeOf?: (message: M) => number;
  /**
   * What to do when a bound is reached.
   * @default {"refuse"}
   */
  readonly overflow?: OverflowPolicy;
  /**
   * Messages that the actor may set aside with `stash`.
   * @default {1000}
   */
  readonly maxStashed?: number;
}

/** {@linkcode MailboxOptions} with defaults filled in. */
export type ResolvedMailboxOptions<M> = Required<MailboxOptions<M>>;

const DEFAULTS: ResolvedMailboxOptions<unknown> = {
  maxMessages: 10_000,
  maxBytes: Infinity,
  sizeOf: () => 0,
  overflow: "refuse",
  maxStashed: 1000,
};

/** Checks the options once; every mailbox without any shares one object. */
export function resolveMailboxOptions<M>(
  options: MailboxOptions<M> | undefined,
): ResolvedMailboxOptions<M> {
  if (options === undefined) return DEFAULTS;
  const resolved = { ...DEFAULTS, ...options };
  if (!(resolved.maxMessages >= 1)) {
    throw new RangeError(
      `Cannot bound a mailbox: maxMessages is ${resolved.maxMessages}, it must be at least 1`,
    );
  }
  if (!(resolved.maxBytes > 0)) {
    throw new RangeError(
      `Cannot bound a mailbox: maxBytes is ${resolved.maxBytes}, it must be over 0`,
    );
  }
  if (!(resolved.maxStashed >= 0)) {
    throw new RangeError(
      `Cannot bound a stash: maxStashed is ${resolved.maxStashed}, it must be 0 or more`,
    );
  }
  if (resolved.maxBytes !== Infinity && options.sizeOf === undefined) {
    throw new TypeError(
      "Cannot bound a mailbox in bytes: sizeOf is missing, give the payload size of a message",
    );
  }
  return resolved;
}

/**
 * What is no size must not be added up: the bound would be gone. Not a private
 * method, which would make every mailbox larger by a pointer.
 */
function measure<M>(options: ResolvedMailboxOptions<M>, message: M): number {
  const size = options.sizeOf(message);
  if (size >= 0) return size;
  throw new RangeError(
    `Cannot measure a message: sizeOf gave ${size}, it must give 0 or more`,
  );
}

/** The queue itself: `O` is where a message came from. */
export class Mailbox<M, O> {
  readonly #options: ResolvedMailboxOptions<M>;
  /** Each message and its origin: one ring of pairs is smaller than two. */
  readonly #pairs = new Ring<M | O>();
  #sizes: Ring<number> | undefined;
  /** Payload bytes that wait; 0 unless the mailbox is bounded in bytes. */
  bytes = 0;
  /** Origin of the message that `shift` returned last. */
  origin: O | undefined;

  constructor(options: ResolvedMailboxOptions<M>) {
    this.#options = options;
    if (options.maxBytes !== Infinity) this.#sizes = new Ring();
  }

  /** How many messages wait. */
  get length(): number {
    return this.#pairs.length >> 1;
  }

  /**
   * Takes a message in. Answers "accepted", or what the policy says of a full
   * mailbox; on `drop_oldest` the caller sheds with `shift` and tries again.
   */
  push(message: M, origin: O): "accepted" | OverflowPolicy {
    const waiting = this.length;
    if (this.#sizes !== undefined) {
      const size = measure(this.#options, message);
      if (
        waiting >= this.#options.maxMessages ||
        (waiting > 0 && this.bytes + size > this.#options.maxBytes)
      ) return this.#options.overflow;
      this.#sizes.push(size);
      this.bytes += size;
    } else if (waiting >= this.#options.maxMessages) {
      return this.#options.overflow;
    }
    this.#pairs.push(message);
    this.#pairs.push(origin);
    return "accepted";
  }

  /** Puts a message before all others, whatever the bounds. */
  unshift(message: M, origin: O): void {
    if (this.#sizes !== undefined) {
      const size = measure(this.#options, message);
      this.#sizes.unshift(size);
      this.bytes += size;
    }
    this.#pairs.unshift(origin);
    this.#pairs.unshift(message);
  }

  /** Messages that may be stashed. */
  get maxStashed(): number {
    return this.#options.maxStashed;
  }

  /** Takes the oldest message out and sets `origin`; check `length` first. */
  shift(): M | undefined {
    if (this.#sizes !== undefined) this.bytes -= this.#sizes.shift() ?? 0;
    const message = this.#pairs.shift() as M | undefined;
    this.origin = this.#pairs.shift() as O | undefined;
    return message;
  }
}

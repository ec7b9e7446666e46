/**
 * A bounded mailbox: user messages with their origin, in order of arrival.
 *
 * @module
 */
import { checkNumber, checkOneOf } from "../checks/internal.ts";
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

const POLICIES: readonly OverflowPolicy[] = [
  "refuse",
  "drop_oldest",
  "drop_newest",
];

/** Checks the options once; every mailbox without any shares one object. */
export function resolveMailboxOptions<M>(
  options: MailboxOptions<M> | undefined,
): ResolvedMailboxOptions<M> {
  if (options === undefined) return DEFAULTS;
  const resolved = { ...DEFAULTS, ...options };
  checkNumber("maxMessages", resolved.maxMessages, { min: 1 });
  checkNumber("maxBytes", resolved.maxBytes, { above: 0 });
  checkNumber("maxStashed", resolved.maxStashed, { min: 0 });
  checkOneOf("overflow", resolved.overflow, POLICIES);
  if (resolved.maxBytes !== Infinity && options.sizeOf === undefined) {
    throw new TypeError(
      "Cannot use maxBytes: sizeOf is missing, give a function that returns the payload size of a message",
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
    `Cannot measure a message: sizeOf returned ${size}, it must return 0 or more`,
  );
}

/** Slots of the first store: two messages. */
const FIRST_SLOTS = 4;
/** Slots kept after a burst has drained; a larger store is given back. */
const KEPT_SLOTS = 2048;

/** What an empty mailbox has instead of a store; nothing is put into it. */
const NO_SLOTS: never[] = [];

/**
 * The queue itself: `O` is where a message came from. A ring of pairs in one
 * array, and no object but that, for the sake of a million idle actors.
 */
export class Mailbox<M, O> {
  readonly #options: ResolvedMailboxOptions<M>;
  #slots: (M | O | undefined)[] = NO_SLOTS;
  /** Where the oldest message is; its origin is in the slot after it. */
  #head = 0;
  #sizes: Ring<number> | undefined;
  /** How many messages wait. */
  length = 0;
  /** Payload bytes that wait; 0 unless the mailbox is bounded in bytes. */
  bytes = 0;
  /** Origin of the message that `shift` returned last. */
  origin: O | undefined;

  constructor(options: ResolvedMailboxOptions<M>) {
    this.#options = options;
    if (options.maxBytes !== Infinity) this.#sizes = new Ring();
  }

  /**
   * Takes a message in. Answers "accepted", or what the policy says of a full
   * mailbox; on `drop_oldest` the caller sheds with `shift` and tries again.
   */
  push(message: M, origin: O): "accepted" | OverflowPolicy {
    const options = this.#options;
    if (this.#sizes !== undefined) {
      const size = measure(options, message);
      if (
        this.length >= options.maxMessages ||
        (this.length > 0 && this.bytes + size > options.maxBytes)
      ) return options.overflow;
      this.#sizes.push(size);
      this.bytes += size;
    } else if (this.length >= options.maxMessages) {
      return options.overflow;
    }
    if (this.length * 2 === this.#slots.length) this.grow();
    const slots = this.#slots;
    const at = (this.#head + this.length * 2) & (slots.length - 1);
    slots[at] = message;
    slots[at + 1] = origin;
    this.length++;
    return "accepted";
  }

  /** Puts a message before all others, whatever the bounds. */
  unshift(message: M, origin: O): void {
    if (this.#sizes !== undefined) {
      const size = measure(this.#options, message);
      this.#sizes.unshift(size);
      this.bytes += size;
    }
    if (this.length * 2 === this.#slots.length) this.grow();
    const slots = this.#slots;
    this.#head = (this.#head - 2) & (slots.length - 1);
    slots[this.#head] = message;
    slots[this.#head + 1] = origin;
    this.length++;
  }

  /** Messages that may be stashed. */
  get maxStashed(): number {
    return this.#options.maxStashed;
  }

  /** Takes the oldest message out and sets `origin`; check `length` first. */
  shift(): M | undefined {
    if (this.length === 0) return this.origin = undefined;
    if (this.#sizes !== undefined) this.bytes -= this.#sizes.shift() ?? 0;
    const slots = this.#slots;
    const at = this.#head;
    const message = slots[at] as M;
    this.origin = slots[at + 1] as O;
    slots[at] = slots[at + 1] = undefined;
    this.#head = (at + 2) & (slots.length - 1);
    if (--this.length === 0 && slots.length > KEPT_SLOTS) {
      this.#slots = NO_SLOTS;
      this.#head = 0;
    }
    return message;
  }

  private grow(): void {
    const old = this.#slots;
    const next = new Array<M | O | undefined>(
      Math.max(FIRST_SLOTS, old.length * 2),
    ).fill(undefined);
    for (let i = 0; i < old.length; i++) {
      next[i] = old[(this.#head + i) & (old.length - 1)];
    }
    this.#slots = next;
    this.#head = 0;
  }
}

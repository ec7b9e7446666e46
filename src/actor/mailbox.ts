/**
 * A bounded mailbox: user messages with their origin, in order of arrival.
 *
 * @module
 */
import {
  checkFunction,
  checkNumber,
  checkOneOf,
  checkOptionNames,
  countFrom,
  type OptionNames,
} from "../checks/internal.ts";
import { Ring } from "./ring.ts";

/**
 * What a full mailbox does with one more message.
 *
 * - `refuse`: `tell` returns false and the sender decides.
 * - `drop_oldest`: the message that has waited longest is dropped, and more of
 *   them if the new one has more bytes.
 * - `drop_newest`: the new message is dropped, `tell` returns true.
 *
 * Whatever is refused or dropped goes to dead letters.
 */
export type OverflowPolicy = "refuse" | "drop_oldest" | "drop_newest";

/** Bounds of an actor's mailbox and of its stash. */
export interface MailboxOptions<M> {
  /**
   * Number of messages that may wait, at least 1.
   * @default {10_000}
   */
  readonly maxMessages?: number;
  /**
   * Number of bytes that may wait, above 0, as measured by `sizeOf`. An empty
   * mailbox accepts a message of any size, so that a large one is never stuck.
   * @default {Infinity}
   */
  readonly maxBytes?: number;
  /**
   * Returns the payload bytes of a message, 0 or more. Required with
   * `maxBytes`. It must not throw: it runs in the sender's call.
   */
  readonly sizeOf?: (message: M) => number;
  /**
   * What a full mailbox does with one more message.
   * @default {"refuse"}
   */
  readonly overflow?: OverflowPolicy;
  /**
   * Number of messages that may be stashed at once, 0 or more.
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

const NAMES: OptionNames<MailboxOptions<unknown>> = {
  maxMessages: true,
  maxBytes: true,
  sizeOf: true,
  overflow: true,
  maxStashed: true,
};

/** Checks the options once; all mailboxes without options share one object. */
export function resolveMailboxOptions<M>(
  options: MailboxOptions<M> | undefined,
): ResolvedMailboxOptions<M> {
  if (options === undefined) return DEFAULTS;
  checkOptionNames<MailboxOptions<M>>("mailbox", options, NAMES);
  const resolved = { ...DEFAULTS, ...options };
  checkNumber("maxMessages", resolved.maxMessages, countFrom(1));
  checkNumber("maxBytes", resolved.maxBytes, { above: 0 });
  checkNumber("maxStashed", resolved.maxStashed, countFrom(0));
  checkOneOf("overflow", resolved.overflow, POLICIES);
  checkFunction("sizeOf", resolved.sizeOf);
  if (resolved.maxBytes !== Infinity && options.sizeOf === undefined) {
    throw new TypeError(
      "Cannot use maxBytes: sizeOf is missing, give a function that returns the payload size of a message",
    );
  }
  return resolved;
}

/**
 * A size that is not a number must not be added up: the bound would be gone.
 * Not a private method, which would make every mailbox larger by a pointer.
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
/** Slots kept after a burst has drained; a larger store is released. */
const KEPT_SLOTS = 2048;

/** How much waits in a mailbox. */
export interface MailboxFill {
  /** Number of messages that wait in the mailbox. */
  readonly length: number;
  /** Number of payload bytes. */
  readonly bytes: number;
}

/** The store of an empty mailbox; nothing is ever put into it. */
const NO_SLOTS: never[] = [];

/**
 * The queue of an actor; `O` is the type of the origin of a message. It is a
 * ring of pairs in one array and no other object, for the sake of a million
 * idle actors.
 */
export class Mailbox<M, O> {
  readonly #options: ResolvedMailboxOptions<M>;
  #slots: (M | O | undefined)[] = NO_SLOTS;
  /**
   * Place of the oldest message, without the turns of the ring taken off: two
   * for each message that was taken, as 32 bits. Its origin is in the next slot.
   */
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
   * Adds a message. Returns "accepted", or the policy of a full mailbox; on
   * `drop_oldest` the caller drops one with `shift` and tries again.
   *
   * @param before What waited before the first drop. What was put back may
   * exceed the bounds: a new message then takes the room of what was dropped.
   */
  push(
    message: M,
    origin: O,
    before?: MailboxFill,
  ): "accepted" | OverflowPolicy {
    const options = this.#options;
    if (this.#sizes !== undefined) {
      const size = measure(options, message);
      const maxBytes = Math.max(options.maxBytes, before?.bytes ?? 0);
      if (
        this.isFull(before) ||
        (this.length > 0 && this.bytes + size > maxBytes)
      ) return options.overflow;
      this.#sizes.push(size);
      this.bytes += size;
    } else if (this.isFull(before)) return options.overflow;
    if (this.length * 2 === this.#slots.length) this.grow();
    const slots = this.#slots;
    const at = (this.#head + this.length * 2) & (slots.length - 1);
    slots[at] = message;
    slots[at + 1] = origin;
    this.length++;
    return "accepted";
  }

  /**
   * Returns whether a message would be refused; without one, whether any would.
   */
  refuses(message?: M): boolean {
    const { overflow, maxBytes } = this.#options;
    if (overflow !== "refuse") return false;
    if (this.isFull(undefined) || this.bytes >= maxBytes) return true;
    return message !== undefined && this.#sizes !== undefined &&
      this.length > 0 &&
      this.bytes + measure(this.#options, message) > maxBytes;
  }

  private isFull(before: MailboxFill | undefined): boolean {
    return this.length >= this.#options.maxMessages &&
      (before === undefined || this.length >= before.length);
  }

  /** Puts a message in front of all others, whatever the bounds. */
  unshift(message: M, origin: O): void {
    if (this.#sizes !== undefined) {
      const size = measure(this.#options, message);
      this.#sizes.unshift(size);
      this.bytes += size;
    }
    if (this.length * 2 === this.#slots.length) this.grow();
    const slots = this.#slots;
    this.#head = (this.#head - 2) | 0;
    const at = this.#head & (slots.length - 1);
    slots[at] = message;
    slots[at + 1] = origin;
    this.length++;
  }

  /**
   * The number of messages that were taken out so far, less those that were put
   * back, modulo 2³¹: the place of the oldest one among all that ever came.
   */
  get taken(): number {
    return this.#head >>> 1;
  }

  /** How many messages may be stashed. */
  get maxStashed(): number {
    return this.#options.maxStashed;
  }

  /** Removes the oldest message and sets `origin`; check `length` first. */
  shift(): M | undefined {
    if (this.length === 0) return this.origin = undefined;
    if (this.#sizes !== undefined) this.bytes -= this.#sizes.shift() ?? 0;
    const slots = this.#slots;
    const at = this.#head & (slots.length - 1);
    const message = slots[at] as M;
    this.origin = slots[at + 1] as O;
    slots[at] = slots[at + 1] = undefined;
    this.#head = (this.#head + 2) | 0;
    if (--this.length === 0 && slots.length > KEPT_SLOTS) {
      this.#slots = NO_SLOTS;
    }
    return message;
  }

  private grow(): void {
    const old = this.#slots;
    const next = new Array<M | O | undefined>(
      Math.max(FIRST_SLOTS, old.length * 2),
    ).fill(undefined);
    const head = this.#head;
    for (let i = 0; i < old.length; i++) {
      next[(head + i) & (next.length - 1)] = old[(head + i) & (old.length - 1)];
    }
    this.#slots = next;
  }
}

/**
 * The message of a stream that is arriving in parts, and who pays for its
 * memory: its sender's credit at first, then the session's budget.
 *
 * @module
 */
import { Assembly } from "./assembly.ts";
import type { ReceiveCredit } from "./credit.ts";
import type { InboxPort } from "./inbox_port.ts";
import { FRAME_COST } from "./protocol.ts";

/** What has arrived of a message, and what it owes. */
export class PartialMessage {
  readonly #port: InboxPort;
  readonly #credit: ReceiveCredit;
  readonly #consume: (cost: number) => void;
  #assembly: Assembly | undefined;
  /** Cost of the parts that the sender's credit still pays for. */
  #held = 0;
  /** Gives back the reservation for a large message, or withdraws it. */
  #leaveLine: (() => void) | undefined;
  #admitted = false;

  /** `consume` is called with the cost of what credit no longer pays for. */
  constructor(
    port: InboxPort,
    credit: ReceiveCredit,
    consume: (cost: number) => void,
  ) {
    this.#port = port;
    this.#credit = credit;
    this.#consume = consume;
  }

  /** Bytes that have arrived of it; 0 if there is none. */
  get length(): number {
    return this.#assembly?.length ?? 0;
  }

  /** Continues in the reader's buffer, which must be large enough. */
  into(buffer: Uint8Array): void {
    this.#assembly?.into(buffer);
  }

  /** Gives the reader's buffer back, and continues in one of its own. */
  detach(): void {
    this.#assembly?.detach();
  }

  /**
   * Appends a copy of `bytes` from `start` to `end`, in the reader's buffer
   * `into` if there is one. `limit` is the largest that the message may get;
   * `isAllHere` says whether its sender has ended the stream.
   */
  append(
    bytes: Uint8Array,
    start: number,
    end: number,
    into: Uint8Array | undefined,
    limit: number,
    isAllHere: boolean,
  ): void {
    const length = this.length + end - start;
    const assembly = this.#assembly ??= new Assembly();
    if (into !== undefined && assembly.length === 0) assembly.into(into);
    // Until it is admitted, a message has the room of its window; but it may be
    // larger if it was admitted before the stream ended.
    const { window } = this.#credit;
    const most = isAllHere ? Math.max(window, 2 * length) : window;
    assembly.append(bytes, start, end, this.#admitted ? limit : most);
    const cost = end - start + FRAME_COST;
    if (into !== undefined || this.#admitted) this.#consume(cost);
    // All of it is here once the sender has ended.
    else if (!isAllHere) this.#hold(cost);
  }

  /** Counts `bytes` that are in the reader's buffer `into` already. */
  extend(into: Uint8Array, bytes: number): void {
    const assembly = this.#assembly ??= new Assembly();
    if (assembly.length === 0) assembly.into(into);
    assembly.length += bytes;
  }

  /** Moves the first bytes to `buffer`, as many as fit; returns how many. */
  moveTo(buffer: Uint8Array): number {
    const count = this.#assembly?.moveTo(buffer) ?? 0;
    if (this.length === 0) this.take();
    return count;
  }

  /** Returns what has arrived, and starts the next message. */
  take(): Uint8Array | undefined {
    const held = this.#held;
    this.leave();
    if (held > 0) this.#consume(held);
    return this.#assembly?.take();
  }

  /** Drops what has arrived: nobody will read it. */
  drop(): void {
    this.#assembly = undefined;
    this.leave();
  }

  /** Gives back the memory of the session's, or does not wait for it any more. */
  leave(): void {
    const leave = this.#leaveLine;
    this.#leaveLine = undefined;
    this.#admitted = false;
    this.#held = 0;
    leave?.();
  }

  /** Keeps a part of a message at the expense of its sender's credit. */
  #hold(cost: number): void {
    this.#held += cost;
    // Together with what was read and not granted yet, which is less than half a
    // window, it leaves credit for another byte.
    if (this.#held < this.#credit.window / 2 - FRAME_COST) return;
    if (this.#leaveLine !== undefined) return;
    // It may not fit the window, so it needs memory of the session's budget.
    const { partials, options: { maxMessageBytes } } = this.#port;
    const withdraw = partials.reserve(maxMessageBytes, () => {
      this.#admitted = true;
      this.#leaveLine = () => partials.give(maxMessageBytes);
      this.#consume(this.#held);
      this.#held = 0;
    });
    this.#leaveLine ??= withdraw;
  }
}

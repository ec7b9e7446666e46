/**
 * The viewers of a session: what each may do, how much output it has received,
 * and whether more output must be read for them.
 *
 * @module
 */
import { PtyAttachmentError, PtyReadOnlyError } from "./errors.ts";
import { OutputCursor } from "./output_cursor.ts";
import type { OutputRing } from "./output_ring.ts";
import type { PtyAttach, PtyEvent, PtyRole, PtyViewer } from "./protocol.ts";
import type { Presence } from "./session_state.ts";
import type { PtySize } from "./size.ts";

/** The attachment of one viewer. */
interface Seat {
  readonly viewer: PtyViewer;
  readonly role: PtyRole;
  /** Whether it does not keep the session alive. */
  readonly tap: boolean;
  readonly cursor: OutputCursor;
  /** Whether it receives events: not before the reply to its attach. */
  started: boolean;
  /** The size that it requested last. */
  size: PtySize | undefined;
}

/** All viewers of one session. */
export class Audience {
  readonly #ring: OutputRing;
  readonly #windowBytes: number;
  /** In order of their last resize, those that never resized first. */
  readonly #seats = new Map<PtyViewer, Seat>();
  /** The same seats, for what is done with each piece of output. */
  #row: readonly Seat[] = [];

  /** Without viewers yet; each will have `windowBytes` of credit. */
  constructor(ring: OutputRing, windowBytes: number) {
    this.#ring = ring;
    this.#windowBytes = windowBytes;
  }

  /** How many viewers are attached. */
  get size(): number {
    return this.#seats.size;
  }

  /** Who is attached: taps alone do not keep a session alive. */
  get presence(): Presence {
    const row = this.#row;
    for (let i = 0; i < row.length; i++) {
      if (row[i]?.tap === false) return "watched";
    }
    return row.length > 0 ? "tapped" : "alone";
  }

  /** How many viewers have the role. */
  count(role: PtyRole): number {
    return [...this.#seats.values()].filter((seat) => seat.role === role)
      .length;
  }

  /**
   * Whether the output must be read: a controller has credit, or there is no
   * controller. Read-only viewers hold up nobody.
   */
  get wantsOutput(): boolean {
    let controlled = false;
    const row = this.#row;
    for (let i = 0; i < row.length; i++) {
      const seat = row[i];
      if (seat?.role !== "control") continue;
      if (seat.cursor.hasCredit) return true;
      controlled = true;
    }
    return !controlled;
  }

  /** The size that was requested last by a viewer who is still attached. */
  get lastSize(): PtySize | undefined {
    return [...this.#seats.values()].at(-1)?.size;
  }

  /**
   * Adds a viewer, which receives nothing before `start`.
   *
   * @throws {PtyAttachmentError} if it is already attached.
   */
  add({ viewer, role, borrows, tap }: PtyAttach, offset: number): void {
    if (this.#seats.has(viewer)) {
      throw new PtyAttachmentError(
        "Cannot attach: the viewer is already attached, detach it first",
      );
    }
    const cursor = new OutputCursor(
      this.#ring,
      offset,
      tap ? Infinity : this.#windowBytes,
      borrows,
    );
    const others = [...this.#seats];
    this.#seats.clear();
    this.#seats.set(viewer, {
      viewer,
      role,
      tap,
      cursor,
      started: false,
      size: undefined,
    });
    for (const [other, seat] of others) this.#seats.set(other, seat);
    this.#arrange();
  }

  /** Removes a viewer; returns whether it was attached. */
  remove(viewer: PtyViewer): boolean {
    const seat = this.#seats.get(viewer);
    if (seat === undefined) return false;
    seat.started = false;
    this.#seats.delete(viewer);
    this.#arrange();
    return true;
  }

  /** Whether the viewer is attached as a controller. */
  controls(viewer: PtyViewer): boolean {
    return this.#seats.get(viewer)?.role === "control";
  }

  /**
   * Checks that a controller makes a request, or the owner of the session, who
   * is not a viewer.
   *
   * @throws {PtyReadOnlyError} if the viewer may only watch.
   * @throws {PtyAttachmentError} if it is not attached.
   */
  authorize(viewer: PtyViewer | undefined, what: string): void {
    if (viewer === undefined || this.controls(viewer)) return;
    if (this.#seats.has(viewer)) {
      throw new PtyReadOnlyError(
        `Cannot ${what}: the viewer is read-only, attach it with the role "control"`,
      );
    }
    throw new PtyAttachmentError(
      `Cannot ${what}: the viewer is not attached, attach it first`,
    );
  }

  /** Records the size that a viewer requests. */
  resized(viewer: PtyViewer, size: PtySize): void {
    const seat = this.#seats.get(viewer);
    if (seat === undefined) return;
    this.#seats.delete(viewer);
    this.#seats.set(viewer, { ...seat, size });
    this.#arrange();
  }

  /** Gives a viewer credit back, and sends what it lacked credit for. */
  acknowledge(viewer: PtyViewer, bytes: number): void {
    const cursor = this.#seats.get(viewer)?.cursor;
    if (cursor === undefined) return;
    const wasShort = !cursor.hasCredit;
    cursor.acknowledge(bytes);
    if (wasShort) this.flush(viewer);
  }

  /** Starts to send events to a viewer: `first`, if given, before output. */
  start(viewer: PtyViewer, first: PtyEvent | undefined): void {
    const seat = this.#seats.get(viewer);
    if (seat === undefined) return;
    seat.started = true;
    if (first !== undefined && !this.#send(viewer, first)) return;
    this.flush(viewer);
  }

  /** Sends a viewer as much output as it has credit for. */
  flush(viewer: PtyViewer): void {
    const seat = this.#seats.get(viewer);
    if (seat !== undefined) this.#flush(seat);
  }

  /** Sends all viewers as much output as they have credit for. */
  flushAll(): void {
    const row = this.#row;
    for (let i = 0; i < row.length; i++) {
      const seat = row[i];
      if (seat !== undefined) this.#flush(seat);
    }
  }

  #flush({ viewer, started, cursor }: Seat): void {
    if (!started) return;
    let step: PtyEvent | undefined;
    while ((step = cursor.next()) !== undefined) {
      if (!this.#send(viewer, step)) return;
    }
  }

  #arrange(): void {
    this.#row = [...this.#seats.values()];
  }

  /** Sends all viewers an event that is not output. */
  sendAll(event: PtyEvent): void {
    for (const [viewer, { started }] of [...this.#seats]) {
      if (started) this.#send(viewer, event);
    }
  }

  /**
   * Sends the last event to the viewers that have all output, and removes
   * them. Returns whether one of them was a controller.
   */
  finish(last: PtyEvent): boolean {
    let controlled = false;
    for (const [viewer, { started, role, cursor }] of [...this.#seats]) {
      if (!started || !cursor.atEnd) continue;
      if (this.#send(viewer, last) && role === "control") controlled = true;
      this.remove(viewer);
    }
    return controlled;
  }

  /**
   * Like `finish`, but for all viewers: output that they lack credit for is
   * replaced by a gap.
   */
  dismiss(last: PtyEvent): void {
    this.flushAll();
    for (const [viewer, { cursor }] of [...this.#seats]) {
      if (!cursor.atEnd) this.#send(viewer, cursor.skipTo(this.#ring.end));
      this.#send(viewer, last);
      this.remove(viewer);
    }
  }

  /** A viewer that takes no more events, or throws, is removed. */
  #send(viewer: PtyViewer, event: PtyEvent): boolean {
    let taken = false;
    try {
      taken = viewer.tell(event);
    } catch {
      // By its contract `tell` never throws: the viewer is broken.
    }
    return taken || (this.remove(viewer), false);
  }
}

/**
 * The viewers of a session: who may do what, who is how far, and whether the
 * output is to be read for them.
 *
 * @module
 */
import { PtyAttachmentError, PtyReadOnlyError } from "./errors.ts";
import { OutputCursor } from "./output_cursor.ts";
import type { OutputRing } from "./output_ring.ts";
import type { PtyAttach, PtyEvent, PtyRole, PtyViewer } from "./protocol.ts";
import type { Presence } from "./session_state.ts";
import type { PtySize } from "./size.ts";

/** One viewer that is attached. */
interface Seat {
  readonly role: PtyRole;
  /** Whether the session does not go on for it. */
  readonly tap: boolean;
  readonly cursor: OutputCursor;
  /** Whether it is told events: not before its attach was answered. */
  begun: boolean;
  /** The size that it asked for last. */
  size: PtySize | undefined;
}

/** All viewers of a session. */
export class Audience {
  readonly #ring: OutputRing;
  readonly #windowBytes: number;
  /** In order of their last resize, those that never did first. */
  readonly #seats = new Map<PtyViewer, Seat>();

  /** No viewers yet, of the output in `ring`; each gets that much credit. */
  constructor(ring: OutputRing, windowBytes: number) {
    this.#ring = ring;
    this.#windowBytes = windowBytes;
  }

  /** How many are attached. */
  get size(): number {
    return this.#seats.size;
  }

  /** Who is attached: a session does not go on for taps alone. */
  get presence(): Presence {
    for (const { tap } of this.#seats.values()) if (!tap) return "watched";
    return this.#seats.size > 0 ? "tapped" : "alone";
  }

  /** How many of them have the role. */
  count(role: PtyRole): number {
    return [...this.#seats.values()].filter((seat) => seat.role === role)
      .length;
  }

  /**
   * Whether the output is to be read: somebody who controls has credit, or
   * nobody controls. Who only looks on holds up nobody.
   */
  get wantsOutput(): boolean {
    let controlled = false;
    for (const { role, cursor } of this.#seats.values()) {
      if (role !== "control") continue;
      if (cursor.hasCredit) return true;
      controlled = true;
    }
    return !controlled;
  }

  /** The size that was asked for last by one who is still here. */
  get lastSize(): PtySize | undefined {
    return [...this.#seats.values()].at(-1)?.size;
  }

  /**
   * Takes a viewer in, which is told nothing before `begin`.
   *
   * @throws {PtyAttachmentError} when it is attached already.
   */
  add({ viewer, role, borrows, tap }: PtyAttach, offset: number): void {
    if (this.#seats.has(viewer)) {
      throw new PtyAttachmentError(
        "Cannot attach: the viewer is attached already",
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
      role,
      tap,
      cursor,
      begun: false,
      size: undefined,
    });
    for (const [other, seat] of others) this.#seats.set(other, seat);
  }

  /** Lets a viewer go; answers whether it was here. */
  remove(viewer: PtyViewer): boolean {
    return this.#seats.delete(viewer);
  }

  /** Whether the viewer may control. */
  controls(viewer: PtyViewer): boolean {
    return this.#seats.get(viewer)?.role === "control";
  }

  /**
   * Lets pass who may control; the owner of the session, who is no viewer, is
   * one.
   *
   * @throws {PtyReadOnlyError} when the viewer may only look on.
   * @throws {PtyAttachmentError} when it is not attached.
   */
  authorize(viewer: PtyViewer | undefined, what: string): void {
    if (viewer === undefined || this.controls(viewer)) return;
    if (this.#seats.has(viewer)) {
      throw new PtyReadOnlyError(
        `Cannot ${what}: the viewer may only look on, attach with role "control"`,
      );
    }
    throw new PtyAttachmentError(
      `Cannot ${what}: the viewer is not attached, attach it first`,
    );
  }

  /** Notes the size that a viewer wants. */
  resized(viewer: PtyViewer, size: PtySize): void {
    const seat = this.#seats.get(viewer);
    if (seat === undefined) return;
    this.#seats.delete(viewer);
    this.#seats.set(viewer, { ...seat, size });
  }

  /** A viewer gives credit back, and is told what it lacked credit for. */
  acknowledge(viewer: PtyViewer, bytes: number): void {
    const cursor = this.#seats.get(viewer)?.cursor;
    if (cursor === undefined) return;
    const short = !cursor.hasCredit;
    cursor.acknowledge(bytes);
    if (short) this.flush(viewer);
  }

  /** Begins to tell a viewer; something first, if there is. */
  begin(viewer: PtyViewer, first: PtyEvent | undefined): void {
    const seat = this.#seats.get(viewer);
    if (seat === undefined) return;
    seat.begun = true;
    if (first !== undefined && !this.#tell(viewer, first)) return;
    this.flush(viewer);
  }

  /** Tells a viewer as much as it has credit for. */
  flush(viewer: PtyViewer): void {
    const seat = this.#seats.get(viewer);
    if (seat?.begun !== true) return;
    let step: PtyEvent | undefined;
    while ((step = seat.cursor.next()) !== undefined) {
      if (!this.#tell(viewer, step)) return;
    }
  }

  /** Tells all viewers as much as they have credit for. */
  flushAll(): void {
    for (const viewer of this.#seats.keys()) this.flush(viewer);
  }

  /** Tells all viewers of what is not output. */
  tellAll(event: PtyEvent): void {
    for (const [viewer, { begun }] of [...this.#seats]) {
      if (begun) this.#tell(viewer, event);
    }
  }

  /**
   * Tells those who have all output that it was the last, and lets them go.
   * Answers whether one of them was in control.
   */
  finish(last: PtyEvent): boolean {
    let controlled = false;
    for (const [viewer, { begun, role, cursor }] of [...this.#seats]) {
      if (!begun || !cursor.atEnd) continue;
      if (this.#tell(viewer, last) && role === "control") controlled = true;
      this.remove(viewer);
    }
    return controlled;
  }

  /** As `finish`, but for all: they hear what they miss, instead of it. */
  dismiss(last: PtyEvent): void {
    this.flushAll();
    for (const [viewer, { cursor }] of [...this.#seats]) {
      if (!cursor.atEnd) this.#tell(viewer, cursor.skipTo(this.#ring.end));
      this.#tell(viewer, last);
      this.remove(viewer);
    }
  }

  /** Who takes no more, or throws, is not here any longer. */
  #tell(viewer: PtyViewer, event: PtyEvent): boolean {
    let taken = false;
    try {
      taken = viewer.tell(event);
    } catch {
      // `tell` never throws, by its contract: it is as good as gone.
    }
    return taken || (this.remove(viewer), false);
  }
}

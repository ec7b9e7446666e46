/**
 * The viewers of a session: what each may do, how much output it has received,
 * and whether more output must be read for them.
 *
 * @module
 */
import { PtyAttachmentError, PtyReadOnlyError } from "./errors.ts";
import { type CursorStep, OutputCursor } from "./output_cursor.ts";
import type { OutputRing } from "./output_ring.ts";
import type {
  PtyAttach,
  PtyEvent,
  PtyRole,
  PtyViewer,
  PtyViewerName,
  PtyViewerState,
} from "./protocol.ts";
import type { ScreenSnapshot } from "./screen_reader.ts";
import type { SizeHistory } from "./size_history.ts";
import type { Presence } from "./session_state.ts";

/** The attachment of one viewer. */
interface Seat {
  readonly viewer: PtyViewer;
  readonly role: PtyRole;
  /** Whether it does not keep the session alive. */
  readonly tap: boolean;
  readonly cursor: OutputCursor;
  readonly name: PtyViewerName;
  /** Whether nobody can see it, so that it holds up nobody. */
  hidden: boolean;
  /** Whether it receives events: not before the reply to its attach. */
  started: boolean;
}

/** What the viewers of a session read. */
export interface AudienceOptions {
  /** The output that is kept. */
  readonly ring: OutputRing;
  /** The sizes of that output. */
  readonly sizes: SizeHistory;
  /** Bytes of credit of each viewer. */
  readonly windowBytes: number;
  /** Returns a snapshot, if the session makes them. */
  readonly snapshot: (() => ScreenSnapshot) | undefined;
}

/** All viewers of one session. */
export class Audience {
  readonly #options: AudienceOptions;
  /** In the order in which they attached. */
  readonly #seats = new Map<PtyViewer, Seat>();
  /** The same seats, for what is done with each piece of output. */
  #row: readonly Seat[] = [];

  /** The viewer whose size the session has. */
  #owner: PtyViewer | undefined;

  /** Without viewers yet. */
  constructor(options: AudienceOptions) {
    this.#options = options;
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
   * controller. Read-only viewers hold up nobody, and hidden ones neither.
   */
  get wantsOutput(): boolean {
    let controlled = false;
    const row = this.#row;
    for (let i = 0; i < row.length; i++) {
      const seat = row[i];
      if (seat?.role !== "control" || seat.hidden) continue;
      if (seat.cursor.hasCredit) return true;
      controlled = true;
    }
    return !controlled;
  }

  /** The name of the viewer whose size the session has. */
  get owner(): PtyViewerName | undefined {
    return this.#nameOf(this.#owner);
  }

  /** All viewers, as they see each other. */
  get states(): readonly PtyViewerState[] {
    return this.#row.map(({ viewer, name, role, hidden }) => {
      return { ...name, role, hidden, ownsSize: viewer === this.#owner };
    });
  }

  #nameOf(viewer: PtyViewer | undefined): PtyViewerName | undefined {
    return viewer && this.#seats.get(viewer)?.name;
  }

  /**
   * Adds a viewer, which receives nothing before `start`.
   *
   * @throws {PtyAttachmentError} if it is already attached.
   */
  add(message: PtyAttach, offset: number): OutputCursor {
    const { viewer, role, borrows, tap, name, snapshots } = message;
    if (this.#seats.has(viewer)) {
      throw new PtyAttachmentError(
        "Cannot attach: the viewer is already attached, detach it first",
      );
    }
    const { windowBytes, snapshot, ...options } = this.#options;
    const cursor = new OutputCursor(offset, {
      ...options,
      windowBytes: tap ? Infinity : windowBytes,
      lends: borrows,
      snapshot: snapshots ? snapshot : undefined,
      isFresh: message.offset === undefined,
    });
    const seat = { viewer, role, tap, cursor, name };
    this.#seats.set(viewer, { ...seat, hidden: false, started: false });
    this.#arrange();
    return cursor;
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

  /** Notes the viewer whose size the session has, and may report it to all. */
  setOwner(owner: PtyViewer | undefined, reports: boolean): void {
    this.#owner = owner;
    if (!reports) return;
    for (const { viewer, started, cursor: { size } } of this.#row) {
      if (!started) continue;
      this.#send(viewer, { type: "size", size, owner: this.owner });
    }
  }

  /** Notes whether anybody can see a viewer. */
  hide(viewer: PtyViewer, hidden: boolean): void {
    const seat = this.#seats.get(viewer);
    if (seat === undefined || seat.hidden === hidden) return;
    seat.hidden = hidden;
    this.flush(viewer);
  }

  /** Gives a viewer credit back, and sends what it lacked credit for. */
  acknowledge(viewer: PtyViewer, bytes: number): void {
    const cursor = this.#seats.get(viewer)?.cursor;
    if (cursor === undefined) return;
    const wasShort = !cursor.hasCredit;
    cursor.acknowledge(bytes);
    if (wasShort) this.flush(viewer);
  }

  /** Starts to send events to a viewer. */
  start(viewer: PtyViewer): void {
    const seat = this.#seats.get(viewer);
    if (seat === undefined) return;
    seat.started = true;
    this.#flush(seat);
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
    let step: CursorStep | undefined;
    while ((step = cursor.next()) !== undefined) {
      const event: PtyEvent = step.type === "size"
        ? { ...step, owner: this.owner }
        : step;
      if (!this.#send(viewer, event)) return;
    }
  }

  #arrange(): void {
    this.#row = [...this.#seats.values()];
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
      if (!cursor.atEnd) {
        this.#send(viewer, cursor.skipTo(this.#options.ring.end));
      }
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

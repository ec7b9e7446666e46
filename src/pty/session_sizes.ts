/**
 * The size of one session: whose it is, what it was, and what follows from
 * another one.
 *
 * @module
 */
import type { Audience } from "./audience.ts";
import type { OutputRing } from "./output_ring.ts";
import type { PtyViewer } from "./protocol.ts";
import type { Pty } from "./pty.ts";
import { SizeClaims } from "./size_rules.ts";
import type { SizeHistory } from "./size_history.ts";
import type { PtySize } from "./size.ts";

/** What the size of a session depends on. */
export interface SessionSizesOptions {
  /** The terminal that has the size. */
  readonly pty: Pick<Pty, "resize">;
  /** The output that is written at the sizes. */
  readonly ring: OutputRing;
  /** The sizes of that output. */
  readonly history: SizeHistory;
  /** Viewers, who are told whose size it is. */
  readonly audience: Audience;
  /** Returns from which offset on sizes are needed. */
  readonly neededFrom: () => number;
  /** Called after another size, to send it behind the output so far. */
  readonly changed: () => void;
}

/** Carries out what {@linkcode SizeClaims} decides. */
export class SessionSizes {
  readonly #options: SessionSizesOptions;
  readonly #claims = new SizeClaims<PtyViewer>();
  #owner: PtyViewer | undefined;

  /** The size is that of the terminal at its start. */
  constructor(options: SessionSizesOptions) {
    this.#options = options;
  }

  /** The size now. */
  get size(): PtySize {
    return this.#options.history.last;
  }

  /** Notes the size that fits a viewer. */
  propose(viewer: PtyViewer, size: PtySize): void {
    this.#use(this.#claims.propose(viewer, size));
  }

  /** Makes a viewer the owner, as when it types. */
  claim(viewer: PtyViewer): void {
    if (viewer !== this.#owner) this.#use(this.#claims.claim(viewer));
  }

  /** Sets a size, for a viewer or for nobody. */
  set(viewer: PtyViewer | undefined, size: PtySize): void {
    this.#use(this.#claims.set(viewer, size));
  }

  /** Forgets a viewer. */
  leave(viewer: PtyViewer): void {
    this.#use(this.#claims.leave(viewer));
  }

  #use(next: PtySize | undefined): void {
    const { pty, ring, history, audience, neededFrom, changed } = this.#options;
    const { columns, rows } = this.size;
    const isOther = next !== undefined &&
      (next.columns !== columns || next.rows !== rows);
    if (isOther) {
      pty.resize(next);
      history.add(ring.end, next, neededFrom());
    }
    const { owner } = this.#claims;
    if (owner !== this.#owner) {
      this.#owner = owner;
      // Another size is reported with its owner.
      audience.setOwner(owner, !isOther);
    }
    if (isOther) changed();
  }
}

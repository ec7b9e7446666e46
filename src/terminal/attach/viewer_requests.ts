/**
 * The requests of a viewer for sizes and signals. However fast they arrive, few
 * are pending at the session.
 *
 * @module
 */
import {
  type PtyAttachment,
  PtyEndedError,
  PtyError,
  type PtySize,
  type SignalName,
} from "../../pty/mod.ts";

/** Most signals that may be pending. */
const MAX_SIGNALS = 16;

/** Passes the requests of one controlling viewer to its session. */
export class ViewerRequests {
  readonly #attachment: PtyAttachment;
  readonly #refused: (why: string) => void;
  /**
   * Sizes to request next: of several, the first and the last. A page that asks
   * for another size and then for its own again wants programs to redraw, which
   * takes a real change of the size.
   */
  #wanted: readonly PtySize[] = [];
  #resizing = false;
  #isClaiming = false;
  #signals = 0;

  /** Calls `refused` with the reason for a request that was not carried out. */
  constructor(attachment: PtyAttachment, refused: (why: string) => void) {
    this.#attachment = attachment;
    this.#refused = refused;
  }

  /** Names the size that fits the viewer. */
  resize(size: PtySize): void {
    this.#wanted = [...this.#wanted.slice(0, 1), size];
    if (!this.#resizing) this.#resizeNext();
  }

  /** Requests the size that was named last: behind those that are pending. */
  useSize(): void {
    if (this.#isClaiming) return;
    this.#isClaiming = true;
    this.#expect(this.#attachment.claimSize(), () => this.#isClaiming = false);
  }

  /** Requests a signal. */
  signal(signal: SignalName): void {
    if (this.#signals >= MAX_SIGNALS) {
      return this.#refused(
        `Cannot send the signal: ${this.#signals} others are pending`,
      );
    }
    this.#signals++;
    this.#expect(this.#attachment.signal(signal), () => this.#signals--);
  }

  #resizeNext(): void {
    const [size, ...later] = this.#wanted;
    this.#wanted = later;
    this.#resizing = size !== undefined;
    if (size === undefined) return;
    const done = this.#attachment.proposeSize(size);
    this.#expect(done, () => this.#resizeNext());
  }

  #expect(done: Promise<void>, next: () => void): void {
    done.catch((error) => {
      // The exit is reported to the viewer anyway.
      if (error instanceof PtyEndedError) return;
      this.#refused(
        error instanceof PtyError ? error.message : "The session did not reply",
      );
    }).finally(next);
  }
}

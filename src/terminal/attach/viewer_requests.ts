/**
 * What a viewer asks of a session besides typing: sizes and signals. However
 * fast they come, few are under way.
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

/** Signals that may be under way. */
const MAX_SIGNALS = 16;

/** The requests of one viewer in control. */
export class ViewerRequests {
  readonly #attachment: PtyAttachment;
  readonly #refused: (why: string) => void;
  /**
   * The sizes that are asked for next: of several, the first and the last. A
   * page that asks for another size and its own again wants a program to draw
   * anew, which no change of size would not make it do.
   */
  #wanted: readonly PtySize[] = [];
  #resizing = false;
  #signals = 0;

  /** `refused` tells the viewer what could not be done; nothing else changes. */
  constructor(attachment: PtyAttachment, refused: (why: string) => void) {
    this.#attachment = attachment;
    this.#refused = refused;
  }

  /** Asks for a size. */
  resize(size: PtySize): void {
    this.#wanted = [...this.#wanted.slice(0, 1), size];
    if (!this.#resizing) this.#resizeNext();
  }

  /** Sends a signal. */
  signal(signal: SignalName): void {
    if (this.#signals >= MAX_SIGNALS) {
      return this.#refused(`${this.#signals} signals are under way`);
    }
    this.#signals++;
    this.#expect(this.#attachment.signal(signal), () => this.#signals--);
  }

  #resizeNext(): void {
    const [size, ...later] = this.#wanted;
    this.#wanted = later;
    this.#resizing = size !== undefined;
    if (size === undefined) return;
    this.#expect(this.#attachment.resize(size), () => this.#resizeNext());
  }

  #expect(done: Promise<void>, next: () => void): void {
    done.catch((error) => {
      // The viewer is told of the exit.
      if (error instanceof PtyEndedError) return;
      this.#refused(
        error instanceof PtyError
          ? error.message
          : "The session did not answer",
      );
    }).finally(next);
  }
}

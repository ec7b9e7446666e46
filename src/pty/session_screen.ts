/**
 * What a session uses of a terminal that parses its output.
 *
 * @module
 */
import type { PtySize } from "./size.ts";

/** A terminal that is given all output, in order. */
export interface SessionScreen {
  /** Parses output; the bytes may be used again when it returns. */
  write(bytes: Uint8Array): void;
  /** Takes another size. */
  resize(size: PtySize): void;
  /**
   * Returns after how many lines of plain text nothing is left of what was
   * before; `undefined` if a mode keeps it.
   */
  linesThatReplace(): number | undefined;
  /** Goes on as after text that nothing will be left of. */
  skipLines(): void;
  /** Returns output that makes an empty terminal of this size the same. */
  snapshot(): Uint8Array<ArrayBuffer>;
  /** Releases the memory. */
  dispose(): void;
}

/** Opens an empty terminal. */
export type OpenScreen = (size: PtySize) => SessionScreen;

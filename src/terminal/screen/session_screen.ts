/**
 * The screen of a session on the server: a terminal that parses what the program
 * writes, and can be made again from its snapshots.
 *
 * @module
 */
import type { PtySize } from "../../pty/mod.ts";
import type { SessionScreen } from "../../pty/internal.ts";
import { useUnicode } from "../unicode/unicode_modes.ts";
import { MAX_OUTPUT_BYTES } from "../attach/protocol.ts";
import { ProgramSettings } from "./program_settings.ts";
import { screenToOutput } from "./screen_snapshot.ts";
import { Unfinished } from "./unfinished.ts";
import {
  openTerminal,
  partsOf,
  type Terminal,
  type XtermParts,
} from "./xterm_parts.ts";

/** The parser's state outside of a sequence. */
const GROUND = 0;
const encoder = new TextEncoder();

function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return bytes.length > 0;
}

/** The terminal of one session, which answers no query. */
export class XtermScreen implements SessionScreen {
  readonly #scrollback: number;
  readonly #terminal: Terminal;
  readonly #parts: XtermParts;
  readonly #settings: ProgramSettings;
  readonly #unfinished = new Unfinished();

  /**
   * An empty terminal with `scrollback` rows above the screen.
   *
   * @throws {TypeError} if `@xterm/headless` is of another version.
   */
  constructor({ columns, rows }: PtySize, scrollback: number) {
    this.#scrollback = scrollback;
    this.#terminal = openTerminal(columns, rows, scrollback);
    this.#parts = partsOf(this.#terminal);
    this.#settings = new ProgramSettings(this.#terminal);
    useUnicode(this.#terminal, () => false);
  }

  /** Parses output; the bytes may be used again when it returns. */
  write(bytes: Uint8Array): void {
    // Zeros do nothing, and take as long as any control character.
    const isNothing = this.#isGround && this.#unfinished.bytes.length === 0 &&
      isZero(bytes);
    if (isNothing) bytes = bytes.subarray(0, 1);
    this.#parts.writeSync(bytes);
    this.#unfinished.take(bytes, this.#isGround);
  }

  get #isGround(): boolean {
    return this.#parts._inputHandler._parser.currentState === GROUND;
  }

  /** Returns after how many lines nothing of what is there is left. */
  linesThatReplace(): number | undefined {
    const { buffers: { active, normal } } = this.#parts;
    const { rows } = this.#terminal;
    const isWhole = active === normal && normal.scrollTop === 0 &&
      normal.scrollBottom === rows - 1;
    return isWhole && this.#isGround ? rows + this.#scrollback : undefined;
  }

  /** Goes to the last row, with nothing above that would not be pushed out. */
  skipLines(): void {
    this.#parts.writeSync(`\r${"\n".repeat(this.#terminal.rows)}`);
  }

  /** Takes another size. */
  resize({ columns, rows }: PtySize): void {
    this.#terminal.resize(columns, rows);
  }

  /** Returns output that makes an empty terminal of this size the same. */
  snapshot(): Uint8Array<ArrayBuffer> {
    const end = this.#unfinished.bytes;
    let lines = this.#scrollback;
    for (;;) {
      const text = screenToOutput(this.#terminal, this.#settings, lines);
      const bytes = encoder.encode(text);
      if (bytes.length + end.length <= MAX_OUTPUT_BYTES || lines === 0) {
        const whole = new Uint8Array(bytes.length + end.length);
        whole.set(bytes);
        whole.set(end, bytes.length);
        return whole;
      }
      lines = Math.floor(lines / 2);
    }
  }

  /** Releases the memory. */
  dispose(): void {
    this.#parts.buffers.normal._memoryCleanupQueue.clear();
    this.#parts.buffers.alt._memoryCleanupQueue.clear();
    this.#terminal.dispose();
  }
}

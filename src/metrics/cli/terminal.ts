/**
 * The terminal that the screen is on: taken for it, and given back as it was.
 *
 * @module
 */
import { type Key, parseKeys } from "./keys.ts";

const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";
/** A terminal that knows it draws all at once. */
const BEGIN = "\x1b[?2026h\x1b[H";
const END = "\x1b[?2026l";

/** What a terminal reports. */
export interface TerminalHandlers {
  /** Called with each key. */
  key(key: Key): void;
  /** Called when it has another size. */
  resized(columns: number, lines: number): void;
}

/** The size of a terminal that does not say it. */
const USUAL = { columns: 80, rows: 24 };

/** Takes the terminal until it is disposed. */
export class Screen implements Disposable {
  readonly #handlers: TerminalHandlers;
  readonly #isRaw = Deno.stdin.isTerminal();
  readonly #onResize = (): void => this.#resized();
  #drawn = "";

  /** Takes the terminal, and listens to its keys. */
  constructor(handlers: TerminalHandlers) {
    this.#handlers = handlers;
    write(ENTER);
    if (this.#isRaw) {
      Deno.stdin.setRaw(true);
      void this.#readKeys();
    }
    // Windows has no such signal, and the size is asked for at each drawing.
    if (Deno.build.os !== "windows") {
      Deno.addSignalListener("SIGWINCH", this.#onResize);
    }
    this.#resized();
  }

  /** Draws lines, from the top. */
  draw(lines: readonly string[]): void {
    // Erased before it is written: after a line that fills the screen, the
    // cursor is still on its last character.
    const drawn = lines.map((line) => `\x1b[K${line}`).join("\r\n");
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    write(`${BEGIN}${drawn}${END}`);
  }

  /** Gives the terminal back as it was. */
  [Symbol.dispose](): void {
    if (Deno.build.os !== "windows") {
      Deno.removeSignalListener("SIGWINCH", this.#onResize);
    }
    if (this.#isRaw) Deno.stdin.setRaw(false);
    write(LEAVE);
  }

  #resized(): void {
    const { columns, rows } = consoleSize();
    this.#drawn = "";
    this.#handlers.resized(columns, rows);
  }

  async #readKeys(): Promise<void> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(1024);
    for (;;) {
      const count = await Deno.stdin.read(buffer).catch(() => null);
      if (count === null) return this.#handlers.key({ type: "interrupt" });
      const typed = decoder.decode(buffer.subarray(0, count), { stream: true });
      for (const key of parseKeys(typed)) this.#handlers.key(key);
    }
  }
}

/** Returns the size of the terminal, or a common one. */
export function consoleSize(): typeof USUAL {
  try {
    const { columns, rows } = Deno.consoleSize();
    return columns > 0 && rows > 0 ? { columns, rows } : USUAL;
  } catch {
    return USUAL;
  }
}

const encoder = new TextEncoder();

function write(text: string): void {
  let bytes = encoder.encode(text);
  // A terminal may take a part.
  while (bytes.length > 0) {
    bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
  }
}

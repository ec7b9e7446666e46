/**
 * Progress of long work: a bar on a terminal, a line now and then elsewhere.
 *
 * @module
 */
import { format as formatBytes } from "@std/fmt/bytes";

/** Milliseconds between two updates of the bar, and between two lines. */
const BAR_MS = 100;
const LINE_MS = 1000;
/** Columns of the bar where there is room, and the fewest that it is worth. */
const BAR_WIDTH = 30;
const LEAST_BAR_WIDTH = 5;

/** Bytes in a time, as a rate; a dash if there were none. */
export function formatRate(bytes: number, seconds: number): string {
  return bytes > 0 && seconds > 0 ? `${formatBytes(bytes / seconds)}/s` : "—";
}

/** The bar and the text, or as much of them as fits in so many columns. */
export function fit(part: number, text: string, columns: number): string {
  const width = Math.min(BAR_WIDTH, columns - text.length - 1);
  if (width < LEAST_BAR_WIDTH) return text.slice(0, columns);
  return `${"█".repeat(Math.round(part * width)).padEnd(width, "░")} ${text}`;
}

/** Shows how much of a known number of bytes is done, until it is disposed. */
export class Progress implements Disposable {
  readonly #total: number;
  readonly #terminal: boolean = Deno.stdout.isTerminal();
  /** When it began, by `performance.now()`. */
  startedAt = 0;
  #shownAt = -Infinity;
  /** The bar as it stands on the terminal, if it does. */
  #bar = "";

  /** Progress towards `total` bytes. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Begins, and answers when. */
  start(): number {
    return this.startedAt = performance.now();
  }

  /** Says that `done` bytes are done, but perhaps not yet all. */
  update(done: number): void {
    const now = performance.now();
    if (now - this.#shownAt < (this.#terminal ? BAR_MS : LINE_MS)) return;
    if (done < this.#total) this.#show(done, done / this.#total, now);
  }

  /** Says that all is done, and ends the bar. */
  finish(done: number): void {
    this.#show(done, 1, performance.now());
    this[Symbol.dispose]();
  }

  /** Says something else, above the bar if there is one. */
  say(line: string): void {
    if (this.#bar !== "") write("\r\x1b[K");
    console.log(line);
    if (this.#bar !== "") write(this.#bar);
  }

  /** Ends the bar, however far it went. */
  [Symbol.dispose](): void {
    if (this.#bar !== "") console.log();
    this.#bar = "";
  }

  #show(done: number, part: number, now: number): void {
    this.#shownAt = now;
    const text = `${String(Math.floor(part * 100)).padStart(3)} %  ${
      formatBytes(done)
    } of ${formatBytes(this.#total)}  ${
      formatRate(done, (now - this.startedAt) / 1000)
    }`;
    if (!this.#terminal) return console.log(text);
    // A terminal wraps at its last column, so that one stays free.
    const columns = (Deno.consoleSize().columns || 80) - 1;
    this.#bar = `\r${fit(part, text, columns)}\x1b[K`;
    write(this.#bar);
  }
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

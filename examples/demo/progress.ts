/**
 * Progress of long work: a bar on a terminal, a line now and then elsewhere.
 *
 * @module
 */
import { format as formatBytes } from "@std/fmt/bytes";

/** Milliseconds between two updates of the bar, and between two lines. */
const BAR_MS = 100;
const LINE_MS = 1000;
const BAR_WIDTH = 30;

/** Shows how much of a known number of bytes is done. */
export class Progress {
  readonly #total: number;
  readonly #terminal: boolean = Deno.stdout.isTerminal();
  readonly #start = performance.now();
  #shownAt = -Infinity;

  /** Progress towards `total` bytes. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Says that `done` bytes are done. */
  update(done: number): void {
    const now = performance.now();
    if (now - this.#shownAt < (this.#terminal ? BAR_MS : LINE_MS)) return;
    this.#shownAt = now;
    this.#show(done, now);
  }

  /** Shows the end. */
  finish(): void {
    this.#show(this.#total, performance.now());
    if (this.#terminal) Deno.stdout.writeSync(new TextEncoder().encode("\n"));
  }

  #show(done: number, now: number): void {
    const part = this.#total === 0 ? 1 : done / this.#total;
    const seconds = (now - this.#start) / 1000;
    const text = `${String(Math.floor(part * 100)).padStart(3)} %  ${
      formatBytes(done)
    } of ${formatBytes(this.#total)}  ${
      formatBytes(seconds > 0 ? done / seconds : 0)
    }/s`;
    if (!this.#terminal) return console.log(text);
    const bar = "█".repeat(Math.round(part * BAR_WIDTH)).padEnd(BAR_WIDTH, "░");
    Deno.stdout.writeSync(new TextEncoder().encode(`\r${bar} ${text}\x1b[K`));
  }
}

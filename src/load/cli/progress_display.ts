/**
 * Progress on standard error: one line that is redrawn on a terminal, and a
 * line every few seconds elsewhere.
 *
 * @module
 */
import type { LoadProgress } from "../result.ts";
import { progressLine } from "./progress_text.ts";

/** Milliseconds between two redraws on a terminal. */
const REDRAW_MS = 250;
/** Milliseconds between two lines elsewhere. */
const LINE_MS = 5000;
const COLUMNS = 100;

/** Shows the progress of a run until it is disposed. */
export class ProgressDisplay implements Disposable {
  readonly #isTerminal: boolean = Deno.stderr.isTerminal();
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #progress: LoadProgress | undefined;
  #before: LoadProgress | undefined;
  #at = performance.now();
  #lineAtMs = -Infinity;
  #phase: string | undefined;
  #isEnding = false;

  /** Shows that the run is being prepared. */
  constructor() {
    if (!this.#isTerminal) return;
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
  }

  /** Shows the progress of the run. */
  update(progress: LoadProgress): void {
    this.#before = this.#progress;
    this.#progress = progress;
    this.#at = performance.now();
    if (this.#isTerminal) return this.#draw();
    const { elapsedMs } = progress;
    const phase = progress.stage ?? progress.phase;
    // A few milliseconds early do not matter.
    const isDue = elapsedMs - this.#lineAtMs > LINE_MS - 100;
    if (!isDue && phase === this.#phase) return;
    this.#lineAtMs = elapsedMs;
    this.#phase = phase;
    write(`${this.#line(COLUMNS)}\n`);
  }

  /** Shows that the run is ending early, above the line. */
  end(text: string): void {
    this.#isEnding = true;
    write(this.#isTerminal ? `\r\x1b[K${text}\n` : `${text}\n`);
    if (this.#isTerminal) this.#draw();
  }

  #line(columns: number): string {
    return progressLine({
      progress: this.#progress,
      before: this.#before,
      sinceMs: performance.now() - this.#at,
      isEnding: this.#isEnding,
    }, columns);
  }

  #draw(): void {
    // A text in the last column would wrap on some terminals.
    write(`\r${this.#line(columnsOf("stderr") - 1)}\x1b[K`);
  }

  /** Removes the line. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#isTerminal) write("\r\x1b[K");
  }
}

/** Returns the columns of the terminal, or a common width if there is none. */
export function columnsOf(stream: "stdout" | "stderr"): number {
  try {
    if (Deno[stream].isTerminal()) return Deno.consoleSize().columns || COLUMNS;
  } catch {
    // The terminal does not tell its size.
  }
  return COLUMNS;
}

const encoder = new TextEncoder();

function write(text: string): void {
  try {
    Deno.stderr.writeSync(encoder.encode(text));
  } catch {
    // Nobody reads the output any more: the run goes on.
  }
}

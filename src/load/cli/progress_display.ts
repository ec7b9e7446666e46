/**
 * Progress on standard error: one line that changes on a terminal, a line now
 * and then elsewhere.
 *
 * @module
 */
import type { LoadProgress, PhaseName } from "../result.ts";
import { progressLine } from "./progress_text.ts";

/** Milliseconds between two looks of the line that changes. */
const REDRAW_MS = 250;
/** Milliseconds between two lines. */
const LINE_MS = 5000;
const COLUMNS = 100;

/** Shows how a run goes, until it is disposed. */
export class ProgressDisplay implements Disposable {
  readonly #isTerminal: boolean = Deno.stderr.isTerminal();
  readonly #timer: ReturnType<typeof setInterval> | undefined;
  #progress: LoadProgress | undefined;
  #before: LoadProgress | undefined;
  #at = performance.now();
  #lineAtMs = -Infinity;
  #phase: PhaseName | undefined;
  #isEnding = false;

  /** Begins with the preparation. */
  constructor() {
    if (!this.#isTerminal) return;
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
  }

  /** The run goes on. */
  update(progress: LoadProgress): void {
    this.#before = this.#progress;
    this.#progress = progress;
    this.#at = performance.now();
    if (this.#isTerminal) return this.#draw();
    const { phase, elapsedMs } = progress;
    // Some milliseconds early is early enough.
    const isDue = elapsedMs - this.#lineAtMs > LINE_MS - 100;
    if (!isDue && phase === this.#phase) return;
    this.#lineAtMs = elapsedMs;
    this.#phase = phase;
    write(`${this.#line(COLUMNS)}\n`);
  }

  /** The run is being ended early: says so, above the line. */
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
    // The last column would wrap on some terminals.
    write(`\r${this.#line(columnsOf("stderr") - 1)}\x1b[K`);
  }

  /** Takes the line away. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#isTerminal) write("\r\x1b[K");
  }
}

/** Columns of the terminal; as many as fit anywhere if there is none. */
export function columnsOf(stream: "stdout" | "stderr"): number {
  try {
    if (Deno[stream].isTerminal()) return Deno.consoleSize().columns || COLUMNS;
  } catch {
    // One that does not say.
  }
  return COLUMNS;
}

const encoder = new TextEncoder();

function write(text: string): void {
  try {
    Deno.stderr.writeSync(encoder.encode(text));
  } catch {
    // Nobody reads it any more: the run goes on.
  }
}

/**
 * The lines of a chart, in bounded memory.
 *
 * @module
 */

/** Intervals without a point that are shown as a hole. */
const HOLE_STEPS = 5;

/** The most lines: one that has ended makes room. */
const MAX_LINES = 16;

/** The values of lines by their names; `null` is a hole. */
export type Values = Readonly<Record<string, number | null>>;

/** The last points of lines over one axis; a line without points is removed. */
export class Series {
  readonly #maxPoints: number;
  readonly #xs: number[] = [];
  readonly #lines = new Map<string, (number | null)[]>();

  /** Creates a series for at most so many points. */
  constructor(maxPoints: number) {
    this.#maxPoints = maxPoints;
  }

  /** The place of the last point. */
  get end(): number | undefined {
    return this.#xs.at(-1);
  }

  /** The names of the lines, in the order of their first points. */
  get names(): string[] {
    return [...this.#lines.keys()];
  }

  /** The axis, followed by the lines. */
  get columns(): [number[], ...(number | null)[][]] {
    return [this.#xs, ...this.#lines.values()];
  }

  /** Adds a point, unless it is not after the last one. */
  push(x: number, values: Values): void {
    const before = this.#xs.at(-2) ?? -Infinity;
    const end = this.#xs.at(-1) ?? -Infinity;
    if (!(x > end)) return;
    // What was between two points that are far apart is unknown.
    const step = end - before;
    if (x - end > HOLE_STEPS * step) this.#add(end + step, {});
    this.#add(x, values);
  }

  #add(x: number, values: Values): void {
    for (const [name, value] of Object.entries(values)) {
      if (value === null || this.#lines.has(name)) continue;
      if (this.#lines.size >= MAX_LINES && !this.#dropEnded(values)) continue;
      this.#lines.set(name, this.#xs.map(() => null));
    }
    this.#xs.push(x);
    for (const [name, line] of this.#lines) line.push(values[name] ?? null);
    if (this.#xs.length <= this.#maxPoints) return;
    this.#xs.shift();
    for (const [name, line] of this.#lines) {
      const [gone] = line.splice(0, 1);
      // Checked only when the last known value may just have been removed.
      if (gone !== null && line.every((value) => value === null)) {
        this.#lines.delete(name);
      }
    }
  }

  /** Removes the oldest line that has ended; returns whether there was one. */
  #dropEnded(values: Values): boolean {
    const ended = this.names.find((name) => (values[name] ?? null) === null);
    return ended !== undefined && this.#lines.delete(ended);
  }

  /** Removes all points. */
  clear(): void {
    this.#xs.length = 0;
    this.#lines.clear();
  }
}

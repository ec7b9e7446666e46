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

/** Lines of which the largest value counts where several become one point. */
const EXTREMES = /^(max|p9)/;

/**
 * The last points of lines over one axis; a line without points is removed.
 * Points that are less than a step apart become one: the mean of their values,
 * or the largest of lines such as `max`.
 */
export class Series {
  readonly #maxPoints: number;
  readonly #step: number;
  readonly #xs: number[] = [];
  readonly #lines = new Map<string, (number | null)[]>();
  /** Where the last point started, and how many it is made of. */
  #start = -Infinity;
  #merged = 0;

  /** Creates a series for at most so many points. */
  constructor(maxPoints: number, step: number = 0) {
    this.#maxPoints = maxPoints;
    this.#step = step;
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
    if (x - this.#start < this.#step) return this.#merge(x, values);
    // What was between two points that are far apart is unknown.
    const step = end - before;
    if (x - end > HOLE_STEPS * step) this.#add(end + step, {});
    this.#add(x, values);
    this.#start = x;
    this.#merged = 1;
  }

  #merge(x: number, values: Values): void {
    this.#open(values);
    const last = this.#xs.length - 1;
    this.#xs[last] = x;
    this.#merged++;
    for (const [name, line] of this.#lines) {
      const next = values[name] ?? null;
      const so = line[last] ?? null;
      if (next === null) continue;
      if (so === null) line[last] = next;
      else if (EXTREMES.test(name)) line[last] = Math.max(so, next);
      else line[last] = so + (next - so) / this.#merged;
    }
  }

  #add(x: number, values: Values): void {
    this.#open(values);
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

  /** Starts the lines that are new. */
  #open(values: Values): void {
    for (const [name, value] of Object.entries(values)) {
      if (value === null || this.#lines.has(name)) continue;
      if (this.#lines.size >= MAX_LINES && !this.#dropEnded(values)) continue;
      this.#lines.set(name, this.#xs.map(() => null));
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
    this.#start = -Infinity;
    this.#merged = 0;
  }
}

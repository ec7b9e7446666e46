/**
 * Lines of a chart in bounded memory.
 *
 * @module
 */

/** Steps without a point that are shown as a hole. */
const HOLE_STEPS = 5;

/** Lines at most: one that has ended gives way. */
const MAX_LINES = 16;

/** Values by the names of their lines; `null` is a hole. */
export type Values = Readonly<Record<string, number | null>>;

/** Lines over one axis: their last points, and only lines that have some. */
export class Series {
  readonly #maxPoints: number;
  readonly #xs: number[] = [];
  readonly #lines = new Map<string, (number | null)[]>();

  /** No points yet, and at most so many. */
  constructor(maxPoints: number) {
    this.#maxPoints = maxPoints;
  }

  /** Where the last point is. */
  get end(): number | undefined {
    return this.#xs.at(-1);
  }

  /** Names of the lines, in the order in which they came. */
  get names(): string[] {
    return [...this.#lines.keys()];
  }

  /** The axis, then each line. */
  get columns(): [number[], ...(number | null)[][]] {
    return [this.#xs, ...this.#lines.values()];
  }

  /** Adds a point; one that is not after the last is left out. */
  push(x: number, values: Values): void {
    const before = this.#xs.at(-2) ?? -Infinity;
    const end = this.#xs.at(-1) ?? -Infinity;
    if (!(x > end)) return;
    // Nobody knows what was between two points that are far apart.
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
      // Looked at only when the last known value may just have gone.
      if (gone !== null && line.every((value) => value === null)) {
        this.#lines.delete(name);
      }
    }
  }

  /** Drops the oldest line that does not go on; answers whether there was one. */
  #dropEnded(values: Values): boolean {
    const ended = this.names.find((name) => (values[name] ?? null) === null);
    return ended !== undefined && this.#lines.delete(ended);
  }

  /** Forgets everything. */
  clear(): void {
    this.#xs.length = 0;
    this.#lines.clear();
  }
}

/**
 * Charts of one kind of thing: their lines, and when they are drawn.
 *
 * @module
 */
import { Chart, type Span } from "./chart.ts";
import type { Panel } from "./panels.ts";
import { Series } from "./series.ts";

/** Points of a line at most: a quarter of an hour of seconds. */
const MAX_POINTS = 900;

/** What a board is made of. */
export interface BoardParts<T> {
  readonly section: HTMLElement;
  readonly panels: readonly Panel<T>[];
  readonly axis: "time" | "elapsed";
  /** Where a thing is on the axis, in seconds. */
  at(thing: T): number;
}

/** All charts of a section, which is there once it has something to show. */
export class Board<T> {
  readonly #parts: BoardParts<T>;
  readonly #charts: {
    readonly panel: Panel<T>;
    readonly series: Series;
    readonly chart: Chart;
  }[];
  /** Named parts of the axis. */
  readonly spans: Span[] = [];
  #before: T | undefined;
  #isDue = false;

  /** A board without points. */
  constructor(parts: BoardParts<T>) {
    this.#parts = parts;
    const place = parts.section.querySelector(".panels") ?? parts.section;
    const { axis } = parts;
    this.#charts = parts.panels.map((panel) => {
      const series = new Series(MAX_POINTS);
      const { title, unit } = panel;
      const { spans } = this;
      const chart = new Chart(place, { title, unit, series, axis, spans });
      return { panel, series, chart };
    });
  }

  /** Where the last point is. */
  get end(): number {
    return this.#before === undefined
      ? -Infinity
      : this.#parts.at(this.#before);
  }

  /** Adds a point; one that is not after the last is left out. */
  push(thing: T): void {
    const at = this.#parts.at(thing);
    if (!(at > this.end)) return;
    for (const { panel, series } of this.#charts) {
      series.push(at, panel.read(thing, this.#before));
    }
    this.#before = thing;
    this.#schedule();
  }

  /** Forgets everything. */
  clear(): void {
    for (const { series } of this.#charts) series.clear();
    this.spans.length = 0;
    this.#before = undefined;
  }

  /** Draws everything anew, as when the colours have changed. */
  redraw(): void {
    for (const { chart } of this.#charts) chart.redraw();
  }

  /** Once a frame at most, and never while nobody looks. */
  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#parts.section.hidden = false;
      for (const { chart } of this.#charts) chart.update();
    });
  }
}

/**
 * The charts of one section: their lines, and when they are drawn.
 *
 * @module
 */
import { Chart, type Span } from "./chart.ts";
import type { Panel } from "./panels.ts";
import { Series } from "./series.ts";

/** The most points of a line: a quarter of an hour, one a second. */
const MAX_POINTS = 900;

/** Options of a board. */
export interface BoardOptions<T> {
  readonly section: HTMLElement;
  readonly panels: readonly Panel<T>[];
  readonly axis: "time" | "elapsed";
  /**
   * Returns the place of an item on the axis in seconds, which must not depend
   * on how the time of day is set.
   */
  at(item: T): number;
  /** Returns the time of day of an item, in seconds since 1970. */
  timeOfDay?(item: T): number;
}

/** The charts of a section, which is hidden until it has something to show. */
export class Board<T> {
  readonly #options: BoardOptions<T>;
  readonly #charts: {
    readonly panel: Panel<T>;
    readonly series: Series;
    readonly chart: Chart;
  }[];
  /** The named parts of the axis. */
  readonly spans: Span[] = [];
  #before: T | undefined;
  /** Seconds from the axis to the time of day, as it is set now. */
  #toTimeOfDay = 0;
  #isDue = false;

  /** Creates a board without points. */
  constructor(options: BoardOptions<T>) {
    this.#options = options;
    const { section, axis, panels } = options;
    const place = section.querySelector(".panels") ?? section;
    this.#charts = panels.map((panel) => {
      const series = new Series(MAX_POINTS);
      const { title, unit, behind } = panel;
      const { spans } = this;
      const chart = new Chart(place, {
        title,
        unit,
        behind,
        series,
        axis,
        spans,
        timeOfDay: (at) => at + this.#toTimeOfDay,
      });
      return { panel, series, chart };
    });
  }

  /** The place of the last point on the axis. */
  get end(): number {
    return this.#before === undefined
      ? -Infinity
      : this.#options.at(this.#before);
  }

  /** The time of day of the last point. */
  get timeOfDay(): number {
    return this.end + this.#toTimeOfDay;
  }

  /** Adds an item, unless it is not after the last one. */
  push(item: T): void {
    const at = this.#options.at(item);
    if (!(at > this.end)) return;
    for (const { panel, series } of this.#charts) {
      series.push(at, panel.read(item, this.#before));
    }
    this.#before = item;
    this.#toTimeOfDay = (this.#options.timeOfDay?.(item) ?? at) - at;
    this.#schedule();
  }

  /** Removes all points. */
  clear(): void {
    for (const { series } of this.#charts) series.clear();
    this.spans.length = 0;
    this.#before = undefined;
  }

  /** Draws everything again, as when the colours have changed. */
  redraw(): void {
    for (const { chart } of this.#charts) chart.redraw();
  }

  /** Draws once a frame at most, and not while the page is hidden. */
  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#options.section.hidden = false;
      for (const { chart } of this.#charts) chart.update();
    });
  }
}

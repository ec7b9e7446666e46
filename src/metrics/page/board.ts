/**
 * The charts of one section: their lines, and when they are drawn.
 *
 * @module
 */
import { Chart, type Span } from "./chart.ts";
import type { Panel } from "./panel.ts";
import {
  axisEnds,
  DEFAULT_RANGE,
  MAX_POINTS,
  MIN_SECONDS,
  stepOf,
} from "./range.ts";
import { Series } from "./series.ts";

/** Options of a board. */
export interface BoardOptions<T> {
  /** Where its charts are, and which is hidden until there is one. */
  readonly section: HTMLElement;
  readonly axis: "time" | "elapsed";
  /**
   * Returns the place of an item on the axis in seconds, which must not depend
   * on how the time of day is set.
   */
  at(item: T): number;
  /** Returns the time of day of an item, in seconds since 1970. */
  timeOfDay?(item: T): number;
  /** Whether anybody sees it now: nothing is drawn otherwise. */
  isVisible(): boolean;
}

interface Shown<T> {
  readonly panel: Panel<T>;
  series: Series;
  readonly chart: Chart;
}

/** The charts of a section, which is hidden until it has something to show. */
export class Board<T> {
  readonly #options: BoardOptions<T>;
  readonly #place: HTMLElement;
  #charts: Shown<T>[] = [];
  /** The named parts of the axis. */
  readonly spans: Span[] = [];
  #range = DEFAULT_RANGE;
  #span = DEFAULT_RANGE;
  #start: number | undefined;
  #before: T | undefined;
  /** Seconds from the axis to the time of day, as it is set now. */
  #toTimeOfDay = 0;
  #isDue = false;

  /** Creates a board without points. */
  constructor(options: BoardOptions<T>, panels: readonly Panel<T>[]) {
    this.#options = options;
    const { section } = options;
    this.#place = section.querySelector<HTMLElement>(".panels") ?? section;
    for (const panel of panels) this.add(panel);
  }

  /** Adds a chart after the others. */
  add(panel: Panel<T>): void {
    const { axis } = this.#options;
    const { title, unit, behind, isLogarithmic = false } = panel;
    const shown: Shown<T> = {
      panel,
      series: this.#newSeries(),
      chart: new Chart(this.#place, {
        title,
        unit,
        behind,
        isLogarithmic,
        series: () => shown.series,
        axis,
        spans: this.spans,
        timeOfDay: (at) => at + this.#toTimeOfDay,
        ends: () => this.#ends(),
      }),
    };
    this.#charts.push(shown);
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

  /** Shows another range of what it has, in seconds. */
  setRange(seconds: number): void {
    this.#range = seconds;
    this.draw();
  }

  /** Shows the charts whose titles are wanted. */
  filter(isWanted: (title: string) => boolean): void {
    for (const { chart } of this.#charts) chart.filter(isWanted);
    this.draw();
  }

  /** Adds an item, unless it is not after the last one. */
  push(item: T): void {
    const at = this.#options.at(item);
    if (!(at > this.end)) return;
    for (const { panel, series } of this.#charts) {
      series.push(at, panel.read(item, this.#before));
    }
    this.#start ??= at;
    this.#before = item;
    this.#toTimeOfDay = (this.#options.timeOfDay?.(item) ?? at) - at;
    this.draw();
  }

  /** Removes all points; those that follow are for so many seconds. */
  clear(span: number = this.#span): void {
    this.#span = span;
    for (const shown of this.#charts) shown.series = this.#newSeries();
    this.spans.length = 0;
    this.#before = undefined;
    this.#start = undefined;
  }

  /** Draws everything again, as when the colours have changed. */
  redraw(): void {
    for (const { chart } of this.#charts) chart.redraw();
  }

  /** Draws once a frame at most, and only where it is seen. */
  draw(): void {
    if (this.#isDue || !this.#options.isVisible()) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      if (this.#before === undefined) return;
      this.#options.section.hidden = false;
      let charts = 0;
      for (const { chart } of this.#charts) if (chart.update()) charts++;
      this.#options.section.hidden = charts === 0;
    });
  }

  #newSeries(): Series {
    return new Series(MAX_POINTS, stepOf(this.#span));
  }

  #ends(): [number, number] {
    const start = this.#options.axis === "elapsed" ? 0 : this.#start ?? 0;
    const least = this.#options.axis === "elapsed"
      ? Math.min(MIN_SECONDS, this.#span)
      : MIN_SECONDS;
    return axisEnds(start, Math.max(this.end, start), this.#range, least);
  }
}

/**
 * One chart: a title, the latest values and lines.
 *
 * @module
 */
import uPlot from "uplot";
import { clockText, timeText, valueText } from "../watch/format.ts";
import { LEAST, linearEnds, logEnds, logMarks } from "./value_scale.ts";
import type { Series } from "./series.ts";

/** A named part of the axis. */
export interface Span {
  readonly name: string;
  readonly from: number;
}

/** Options of a chart. */
export interface ChartOptions {
  readonly title: string;
  readonly unit: string;
  /** A line that is drawn wider and behind the others. */
  readonly behind: string | undefined;
  readonly isLogarithmic: boolean;
  /** Returns the lines. */
  series(): Series;
  /** Whether the axis is the time of day, or the time since the start. */
  readonly axis: "time" | "elapsed";
  /** Returns the time of day at a place on the axis, in seconds since 1970. */
  timeOfDay(at: number): number;
  /** Returns the two ends of the axis. */
  ends(): [number, number];
  /** The parts of the axis, in order; each ends where the next one starts. */
  readonly spans: readonly Span[];
}

const HEIGHT = 150;
/** Space for the names of spans. */
const NAMES_HEIGHT = 18;
const COLOURS = 9;
/** Distances between marks of the axis, in seconds. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 300, 600, 900, 1200, 1800]
  .concat([1, 2, 3, 4, 6, 12, 24, 48, 96].map((hours) => hours * 3600));
/** Lines that others are measured by, and which are drawn less loudly. */
const MEASURES = new Set(["planned", "limit", "total", "cores"]);

/** A chart, which is hidden until it has something to show. */
export class Chart {
  readonly #options: ChartOptions;
  readonly #panel = document.createElement("section");
  readonly #values = document.createElement("dl");
  readonly #place = document.createElement("div");
  #plot: uPlot | undefined;
  #shown: string[] = [];
  #isWanted = true;

  /** Creates a chart at the end of an element. */
  constructor(parent: Element, options: ChartOptions) {
    this.#options = options;
    const title = document.createElement("h3");
    title.textContent = options.title;
    if (options.unit !== "") {
      const unit = document.createElement("span");
      unit.textContent = ` ${options.unit}`;
      title.append(unit);
    }
    this.#panel.className = "panel";
    this.#panel.hidden = true;
    this.#place.className = "chart";
    // Its values are in the list before it.
    this.#place.ariaHidden = "true";
    this.#panel.append(title, this.#values, this.#place);
    parent.append(this.#panel);
    new ResizeObserver(() => {
      if (this.#place.clientWidth === 0) return;
      this.#plot?.setSize({ width: this.#place.clientWidth, height: HEIGHT });
    }).observe(this.#place);
  }

  /** Shows or hides it by its title. */
  filter(isWanted: (title: string) => boolean): void {
    this.#isWanted = isWanted(this.#options.title);
    this.#panel.hidden = !this.#isWanted || this.#shown.length === 0;
  }

  /** Draws what is in the series now; returns whether there is anything. */
  update(): boolean {
    const { names } = this.#options.series();
    this.#panel.hidden = names.length === 0 || !this.#isWanted;
    if (this.#panel.hidden) return false;
    const isSame = names.length === this.#shown.length &&
      names.every((name, index) => name === this.#shown[index]);
    if (this.#plot === undefined || !isSame) this.redraw();
    else this.#plot.setData(this.#data);
    this.#showValues();
    return true;
  }

  /** Draws the lines again, in the current colours. */
  redraw(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#shown = this.#options.series().names;
    if (this.#shown.length === 0) return;
    this.#plot = new uPlot(this.#plotOptions(), this.#data, this.#place);
    this.#values.replaceChildren(...this.#shown.map((name, index) => {
      const label = document.createElement("dt");
      label.textContent = name;
      const colour = number(this.#shown, index);
      label.style.setProperty("--chip", `var(--series-${colour})`);
      const row = document.createElement("div");
      row.append(label, document.createElement("dd"));
      return row;
    }));
    this.#showValues();
  }

  /** The order in which lines are drawn, by their places in the series. */
  get #order(): number[] {
    const { behind } = this.#options;
    const order = [...this.#shown.keys()];
    return order.sort((a, b) =>
      Number(this.#shown[b] === behind) - Number(this.#shown[a] === behind)
    );
  }

  get #data(): uPlot.AlignedData {
    const [xs, ...lines] = this.#options.series().columns;
    const drawn = this.#options.isLogarithmic ? lines.map(aboveNone) : lines;
    return [xs, ...this.#order.map((index) => drawn[index] ?? [])];
  }

  /** Shows the values under the pointer, or the last ones. */
  #showValues(): void {
    const [xs, ...lines] = this.#options.series().columns;
    const at = this.#plot?.cursor.idx ?? xs.length - 1;
    this.#values.querySelectorAll("dd").forEach((value, index) => {
      value.textContent = valueText(
        lines[index]?.[at] ?? null,
        this.#options.unit,
      );
    });
  }

  #plotOptions(): uPlot.Options {
    const { unit, axis, isLogarithmic } = this.#options;
    const stroke = colour("--muted");
    const grid = { stroke: colour("--line"), width: 1 };
    const font = "12px system-ui, sans-serif";
    const common = { stroke, grid, ticks: grid, font };
    return {
      width: this.#place.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      padding: [axis === "time" ? 8 : NAMES_HEIGHT, 26, 0, 0],
      cursor: { y: false, drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: () => this.#options.ends() },
        y: isLogarithmic
          ? { distr: 3, range: (_, min, max) => logEnds(min, max) }
          // From 0, so that a small change looks small.
          : { range: (_, min, max) => linearEnds(min, max) },
      },
      axes: [
        {
          ...common,
          size: 26,
          space: 62,
          incrs: STEPS,
          values: axis === "time"
            ? (_, at) => at.map((x) => timeText(this.#options.timeOfDay(x)))
            : (_, at) => at.map(clockText),
        },
        {
          ...common,
          size: 64,
          space: 34,
          ...isLogarithmic
            ? {
              splits: (_, __, min, max) => logMarks(min, max),
              filter: (_, at) => at,
            }
            : {},
          values: (_, at) => at.map((value) => valueText(value, unit)),
        },
      ],
      series: [
        {},
        ...this.#order.map((index) => ({
          label: this.#shown[index] ?? "",
          stroke: colour(
            `--series-${number(this.#shown, index)}`,
          ),
          width: this.#shown[index] === this.#options.behind ? 4 : 1.5,
          points: { show: false },
        })),
      ],
      hooks: {
        drawClear: [(plot) => this.#shade(plot)],
        setCursor: [() => this.#showValues()],
      },
    };
  }

  /** Shades every other span, and names each that has the space. */
  #shade({ ctx, bbox, scales, valToPos }: uPlot): void {
    const end = scales.x?.max ?? 0;
    const right = bbox.left + bbox.width;
    const { spans } = this.#options;
    ctx.save();
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textBaseline = "bottom";
    spans.forEach(({ name, from }, index) => {
      const x = (value: number) =>
        Math.min(Math.max(valToPos(value, "x", true), bbox.left), right);
      const left = x(from);
      const width = x(spans[index + 1]?.from ?? end) - left;
      if (width <= 0) return;
      if (index % 2 === 1) {
        ctx.fillStyle = colour("--shade");
        ctx.fillRect(left, bbox.top, width, bbox.height);
      }
      if (ctx.measureText(name).width + 6 * devicePixelRatio > width) return;
      ctx.fillStyle = colour("--muted");
      ctx.fillText(name, left, bbox.top - 3 * devicePixelRatio);
    });
    ctx.restore();
  }
}

/** Returns the number of the colour of a line; that of measures is quiet. */
function number(names: readonly string[], index: number): number {
  if (MEASURES.has(names[index] ?? "")) return COLOURS;
  const before = names.slice(0, index).filter((name) => !MEASURES.has(name));
  return before.length % (COLOURS - 1) + 1;
}

/** Returns a colour of the style sheet, as a canvas needs it. */
function colour(name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** What is 0 has no place on a logarithmic axis. */
function aboveNone(line: (number | null)[]): (number | null)[] {
  return line.map((value) => value === null ? null : Math.max(value, LEAST));
}

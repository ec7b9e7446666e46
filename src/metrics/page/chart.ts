/**
 * One chart: a title, the latest values and lines.
 *
 * @module
 */
import uPlot from "uplot";
import { clockText, timeText, valueText } from "./panels.ts";
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
  readonly series: Series;
  /** Whether the axis is the time of day, or the time since the start. */
  readonly axis: "time" | "elapsed";
  /** Returns the time of day at a place on the axis, in seconds since 1970. */
  timeOfDay(at: number): number;
  /** The parts of the axis, in order; each ends where the next one starts. */
  readonly spans: readonly Span[];
}

const HEIGHT = 150;
/** Space for the names of spans. */
const NAMES_HEIGHT = 18;
const COLOURS = 9;

/** A chart, which is hidden until it has something to show. */
export class Chart {
  readonly #options: ChartOptions;
  readonly #panel = document.createElement("section");
  readonly #values = document.createElement("dl");
  readonly #place = document.createElement("div");
  #plot: uPlot | undefined;
  #shown: string[] = [];

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
    this.#panel.append(title, this.#values, this.#place);
    parent.append(this.#panel);
    new ResizeObserver(() => {
      this.#plot?.setSize({ width: this.#place.clientWidth, height: HEIGHT });
    }).observe(this.#place);
  }

  /** Draws what is in the series now. */
  update(): void {
    const { series } = this.#options;
    const { names } = series;
    this.#panel.hidden = names.length === 0;
    if (names.length === 0) return;
    const isSame = names.length === this.#shown.length &&
      names.every((name, index) => name === this.#shown[index]);
    if (this.#plot === undefined || !isSame) this.redraw();
    else this.#plot.setData(this.#data);
    this.#showValues();
  }

  /** Draws the lines again, in the current colours. */
  redraw(): void {
    const { series } = this.#options;
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#shown = series.names;
    if (this.#shown.length === 0) return;
    this.#plot = new uPlot(this.#plotOptions(), this.#data, this.#place);
    this.#values.replaceChildren(...this.#shown.map((name, index) => {
      const label = document.createElement("dt");
      label.textContent = name;
      label.style.setProperty("--chip", `var(--series-${number(index)})`);
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
    const [xs, ...lines] = this.#options.series.columns;
    return [xs, ...this.#order.map((index) => lines[index] ?? [])];
  }

  /** Shows the values under the pointer, or the last ones. */
  #showValues(): void {
    const [xs, ...lines] = this.#options.series.columns;
    const at = this.#plot?.cursor.idx ?? xs.length - 1;
    this.#values.querySelectorAll("dd").forEach((value, index) => {
      value.textContent = valueText(
        lines[index]?.[at] ?? null,
        this.#options.unit,
      );
    });
  }

  #plotOptions(): uPlot.Options {
    const { unit, axis } = this.#options;
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
        x: { time: axis === "time" },
        // From 0, so that a small change looks small.
        y: { range: (_, __, max) => [0, max > 0 ? max * 1.1 : 1] },
      },
      axes: [
        {
          ...common,
          size: 26,
          space: 70,
          values: axis === "time"
            ? (_, at) => at.map((x) => timeText(this.#options.timeOfDay(x)))
            : (_, at) => at.map(clockText),
        },
        {
          ...common,
          size: 64,
          space: 34,
          values: (_, at) => at.map((value) => valueText(value, unit)),
        },
      ],
      series: [
        {},
        ...this.#order.map((index) => ({
          label: this.#shown[index] ?? "",
          stroke: colour(`--series-${number(index)}`),
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
      if (ctx.measureText(name).width > width) return;
      ctx.fillStyle = colour("--muted");
      ctx.fillText(name, left, bbox.top - 3 * devicePixelRatio);
    });
    ctx.restore();
  }
}

function number(index: number): number {
  return index % COLOURS + 1;
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

/**
 * Charts as self-contained SVG.
 *
 * @module
 */
import { clock, short } from "./numbers.ts";
import { escapeHtml } from "./escape.ts";

/** One line of a chart, with a value for each point. */
export interface ChartLine {
  readonly name: string;
  /** The values; `null` is a gap. */
  readonly values: readonly (number | null)[];
  /** Whether the line is thin and below the others, with which it may coincide. */
  readonly isBelow?: boolean;
}

/** A named time span of the run, shown as a shade. */
export interface ChartSpan {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A mark of an axis. */
export interface ChartMark {
  readonly at: number;
  readonly text: string;
}

/** The content of a chart. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
  /**
   * Where the points are, in order: in milliseconds of the run, or on the scale
   * of the marks.
   */
  readonly atMs: readonly number[];
  /** The marks of the axis, if it is not that of time. */
  readonly marks?: readonly ChartMark[];
  /** What each point is, for its tooltip; its time without it. */
  readonly names?: readonly string[];
  readonly lines: readonly ChartLine[];
  readonly spans: readonly ChartSpan[];
  /** The scale of the value axis. */
  readonly scale: "linear" | "log";
}

const WIDTH = 480;
const HEIGHT = 200;
const LEFT = 48;
const RIGHT = 10;
const TOP = 20;
const BOTTOM = 24;
const MAX_TICKS = 6;
/** The least value of a logarithmic axis: a microsecond, in milliseconds. */
const LEAST = 0.001;
/** Greater values are shown as this one, so that no axis overflows. */
const MOST = 1e12;

/**
 * Returns the chart as an HTML figure; an empty text if there are no values.
 */
export function svgChart(given: Chart): string {
  const lines = given.lines.map((line) => ({
    ...line,
    values: line.values.map(drawable),
  }));
  const known = lines.flatMap(({ values }) =>
    values.filter((value) => value !== null)
  );
  if (known.length === 0) return "";
  const chart = {
    ...given,
    lines,
    atMs: given.atMs.map((ms) => drawable(ms) ?? 0),
    spans: given.spans.map(({ name, fromMs, toMs }) => ({
      name,
      fromMs: drawable(fromMs) ?? 0,
      toMs: drawable(toMs) ?? 0,
    })),
  };
  const x = xAxis(chart);
  const marks = given.marks ??
    x.ticks.map((at) => ({ at, text: clock(at) }));
  const by = given.marks === undefined ? "over time" : "by percentile";
  const y = chart.scale === "log" ? logAxis(known) : linearAxis(known);
  const title = escapeHtml(chart.title);
  return `<figure><figcaption><b>${title}</b> ${escapeHtml(chart.unit)}${
    legend(lines)
  }</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title} ${by}">
${shades(chart.spans, x)}${grid(marks, x, y)}${
    lines
      .map((line, index) => ({ ...line, index }))
      .sort((a, b) => Number(b.isBelow ?? false) - Number(a.isBelow ?? false))
      .map(({ values, index, isBelow }) =>
        `<path class="line s${index + 1}${isBelow ? " below" : ""}" d="${
          path(chart.atMs, values, x, y)
        }"/>`
      ).join("\n")
  }
${tips(chart, x)}</svg></figure>`;
}

/** Returns a number that can be drawn; one too small to be seen is 0. */
function drawable(value: number | null): number | null {
  if (value === null || !Number.isFinite(value)) return null;
  return value < LEAST / 1000 ? 0 : Math.min(value, MOST);
}

interface Axis {
  readonly ticks: readonly number[];
  /** Returns the position of a value, in units of the drawing. */
  at(value: number): number;
}

function xAxis({ atMs, spans, marks = [] }: Chart): Axis {
  const ends = [
    ...spans.flatMap(({ fromMs, toMs }) => [fromMs, toMs]),
    ...marks.map(({ at }) => at),
  ];
  const from = Math.min(...atMs, ...ends);
  const last = Math.max(...atMs, ...ends);
  const to = last > from ? last : from + 1;
  return {
    ticks: timeTicks(from, to),
    at: (ms) => LEFT + (ms - from) / (to - from) * (WIDTH - LEFT - RIGHT),
  };
}

function timeTicks(from: number, to: number): number[] {
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
  const least = (to - from) / 1000 / MAX_TICKS;
  const step = steps.find((step) => step >= least) ?? Math.ceil(least);
  return ticksOf(from / 1000, to / 1000, step).map((second) => second * 1000);
}

function linearAxis(known: readonly number[]): Axis {
  // If all values are 0, the axis ends at 1.
  const top = Math.max(...known, 0) || 1;
  const step = niceStep(top / MAX_TICKS);
  const end = Math.ceil(top / step) * step;
  return {
    ticks: ticksOf(0, end, step),
    at: (value) => yOf(value / end),
  };
}

function logAxis(known: readonly number[]): Axis {
  const values = known.map((value) => Math.max(value, LEAST));
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.max(Math.ceil(Math.log10(Math.max(...values))), from + 1);
  const decades = to - from;
  const factors = decades <= 2 ? [1, 2, 5] : [1];
  const step = Math.ceil(decades / MAX_TICKS);
  const ticks: number[] = [];
  for (let power = from; power <= to; power += step) {
    for (const factor of factors) {
      if (power < to || factor === 1) ticks.push(factor * 10 ** power);
    }
  }
  return {
    ticks,
    at: (value) => yOf((Math.log10(Math.max(value, LEAST)) - from) / decades),
  };
}

function yOf(fraction: number): number {
  return HEIGHT - BOTTOM - fraction * (HEIGHT - TOP - BOTTOM);
}

/** Returns 1, 2 or 5 times a power of ten. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((factor) => factor * power >= least) ?? 10;
  return factor * power;
}

function ticksOf(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  return Array.from(
    { length: Math.max(0, Math.min(count, 100)) },
    (_, index) => (first + index) * step,
  );
}

function shades(spans: readonly ChartSpan[], x: Axis): string {
  return spans.map(({ name, fromMs, toMs }, index) => {
    const left = x.at(fromMs);
    const width = Math.max(x.at(toMs) - left, 0);
    // A name without room is left out; the table of phases has it.
    const text = width < 7 * name.length
      ? ""
      : `<text class="span" x="${round(left + width / 2)}" y="${TOP - 7}">${
        escapeHtml(name)
      }</text>`;
    return `<rect class="shade ${index % 2 === 0 ? "even" : "odd"}" x="${
      round(left)
    }" y="${TOP}" width="${round(width)}" height="${
      HEIGHT - TOP - BOTTOM
    }"/>${text}\n`;
  }).join("");
}

function grid(marks: readonly ChartMark[], x: Axis, y: Axis): string {
  const rows = y.ticks.map((value) => {
    const at = round(y.at(value));
    return `<path class="grid" d="M${LEFT} ${at}H${
      WIDTH - RIGHT
    }"/><text class="y" x="${LEFT - 6}" y="${at}">${short(value)}</text>\n`;
  });
  const columns = marks.map(({ at, text }) =>
    `<text class="x${x.at(at) > WIDTH - RIGHT - 1 ? " last" : ""}" x="${
      round(x.at(at))
    }" y="${HEIGHT - 7}">${escapeHtml(text)}</text>\n`
  );
  return [...rows, ...columns].join("");
}

/** Draws a line with gaps; a point between two gaps is a dot. */
function path(
  atMs: readonly number[],
  values: readonly (number | null)[],
  x: Axis,
  y: Axis,
): string {
  let drawn = "";
  values.forEach((value, index) => {
    const at = atMs[index];
    if (value === null || at === undefined) return;
    const goesOn = index > 0 && values[index - 1] !== null;
    drawn += `${goesOn ? "L" : "M"}${round(x.at(at))} ${round(y.at(value))}`;
    const isAlone = !goesOn && (values[index + 1] ?? null) === null;
    if (isAlone) drawn += "h0";
  });
  return drawn;
}

/** Draws the tooltips of all points. */
function tips({ atMs, lines, names }: Chart, x: Axis): string {
  return atMs.map((at, index) => {
    const next = atMs[index + 1];
    const before = atMs[index - 1];
    const from = before === undefined ? x.at(at) - 5 : x.at((before + at) / 2);
    const to = next === undefined ? x.at(at) + 5 : x.at((at + next) / 2);
    const values = lines.map(({ name, values }) =>
      `${name} ${short(values[index] ?? null)}`
    );
    return `<rect class="tip" x="${round(from)}" y="${TOP}" width="${
      round(Math.max(to - from, 0))
    }" height="${HEIGHT - TOP - BOTTOM}"><title>${
      escapeHtml([names?.[index] ?? clock(at), ...values].join("\n"))
    }</title></rect>\n`;
  }).join("");
}

function legend(lines: readonly ChartLine[]): string {
  return lines.map(({ name }, index) =>
    ` <span class="key s${index + 1}">${escapeHtml(name)}</span>`
  ).join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

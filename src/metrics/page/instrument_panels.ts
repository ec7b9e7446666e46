/**
 * The charts of the application's own instruments: one for each name.
 *
 * @module
 */
import type { InstrumentSample, MetricsSnapshot } from "../snapshot.ts";
import { type Panel, rate } from "./panel.ts";
import type { Values } from "./series.ts";

/** The most lines of a chart; the other sets of labels are not drawn. */
const MAX_SETS = 8;

/** Units of time, in which one stall would flatten the rest. */
const TIMES = new Set(["ms", "s", "us", "µs", "ns", "milliseconds", "seconds"]);

/** Names the labels of a sample, such as `route=/orders`. */
export function labelsText({ labels }: InstrumentSample): string {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`)
    .join(", ");
}

/** Returns the chart of an instrument, by one of its samples. */
export function instrumentPanel(
  { name, type, unit }: InstrumentSample,
): Panel<MetricsSnapshot> {
  const read = type === "counter"
    ? rates
    : type === "gauge"
    ? values
    : percentiles;
  const known = unit.replace(/^\{(.*)\}$/, "$1");
  return {
    title: name,
    unit: type === "counter" ? `${known}/s` : known,
    ...type === "histogram" ? { behind: "max" } : {},
    isLogarithmic: type === "histogram" && TIMES.has(unit),
    read: (now, before) => read(name, now, before),
  };
}

function samplesOf(
  { instruments }: MetricsSnapshot,
  name: string,
): InstrumentSample[] {
  return instruments.filter((sample) => sample.name === name)
    .slice(0, MAX_SETS);
}

/** A line for each set of labels; without labels it is the value. */
function lineOf(sample: InstrumentSample, otherwise: string): string {
  return labelsText(sample) || otherwise;
}

function rates(
  name: string,
  now: MetricsSnapshot,
  before: MetricsSnapshot | undefined,
): Values {
  const ms = now.steadyMs - (before?.steadyMs ?? now.steadyMs);
  const old = new Map(
    before === undefined ? [] : samplesOf(before, name).map((sample) => [
      lineOf(sample, "rate"),
      sample.type === "counter" ? sample.value : null,
    ]),
  );
  return Object.fromEntries(
    samplesOf(now, name).map((sample) => {
      const line = lineOf(sample, "rate");
      const value = sample.type === "counter" ? sample.value : null;
      return [line, rate(value, old.get(line), ms)];
    }),
  );
}

function values(name: string, now: MetricsSnapshot): Values {
  return Object.fromEntries(
    samplesOf(now, name).map((sample) => [
      lineOf(sample, "value"),
      sample.type === "gauge" ? sample.value : null,
    ]),
  );
}

/** All percentiles of one set of labels, or the 99th of each of several. */
function percentiles(name: string, now: MetricsSnapshot): Values {
  const samples = samplesOf(now, name)
    .filter((sample) => sample.type === "histogram");
  const [only] = samples;
  if (only !== undefined && samples.length === 1) {
    const { p50, p90, p99, max } = only.summary;
    return { p50, p90, p99, max };
  }
  return Object.fromEntries(
    samples.map((sample) => [
      `p99 ${lineOf(sample, "value")}`,
      sample.summary.p99,
    ]),
  );
}

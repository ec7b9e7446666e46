/**
 * Why an alert has no value of its instrument.
 *
 * @module
 */
import { closestName } from "../checks/internal.ts";
import type { InstrumentMetric } from "./instrument_metric.ts";
import type { InstrumentSample } from "./snapshot.ts";

/** Milliseconds for which an instrument may be missing: it may come later. */
const MISSING_MS = 60_000;

/** What is wrong with the metric of an alert. */
export interface InstrumentFault {
  /** What is wrong, and what to do, in the words after "Cannot watch it:". */
  readonly text: string;
  /** Whether it may be over once the application has run for a while. */
  readonly mayPass: boolean;
}

/**
 * Returns what is wrong with a metric; `undefined` if nothing is.
 *
 * @param types The types of all instruments, also of those without values.
 * @param samples Those of the snapshot.
 */
export function instrumentFault(
  metric: InstrumentMetric,
  types: ReadonlyMap<string, InstrumentSample["type"]>,
  samples: readonly InstrumentSample[],
): InstrumentFault | undefined {
  const { instrument, labels = {}, field, perSecond } = metric;
  const series = samples.filter(({ name }) => name === instrument);
  const type = types.get(instrument) ?? series[0]?.type;
  if (type === undefined) {
    return {
      text: missing(`instrument "${instrument}"`, instrument, [
        ...types.keys(),
      ]),
      mayPass: true,
    };
  }
  if (field !== undefined && type !== "histogram") {
    return {
      text:
        `the instrument "${instrument}" is a ${type}, which has no "${field}", leave field out or use perSecond`,
      mayPass: false,
    };
  }
  if (perSecond && type === "gauge") {
    return {
      text:
        `the instrument "${instrument}" is a gauge, which does not count, leave perSecond out`,
      mayPass: false,
    };
  }
  const known = [
    ...new Set(series.flatMap(({ labels }) => Object.keys(labels))),
  ];
  const unknown = Object.keys(labels).find((label) => !known.includes(label));
  // Before the first value, no label is known.
  return unknown === undefined || known.length === 0 ? undefined : {
    text: missing(`label "${unknown}" of "${instrument}"`, unknown, known),
    mayPass: true,
  };
}

function missing(
  what: string,
  name: string,
  names: readonly string[],
): string {
  const meant = closestName(name, names);
  return `after ${MISSING_MS / 1000} seconds there is no ${what}, ${
    meant === undefined
      ? "create it when the program starts"
      : `did you mean "${meant}"?`
  }`;
}

/** The faults of one alert over time, each to be reported once. */
export class FaultWatch {
  #sinceMs: number | undefined;
  #reported: string | undefined;

  /** Returns a fault that is to be reported now; `undefined` if there is none. */
  next(fault: InstrumentFault | undefined, nowMs: number): string | undefined {
    if (fault === undefined) {
      this.#sinceMs = undefined;
      this.#reported = undefined;
      return undefined;
    }
    this.#sinceMs ??= nowMs;
    const { text, mayPass } = fault;
    if (this.#reported === text) return undefined;
    if (mayPass && nowMs - this.#sinceMs < MISSING_MS) return undefined;
    this.#reported = text;
    return text;
  }
}

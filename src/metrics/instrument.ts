/**
 * What the application counts under one name and many sets of labels.
 *
 * @module
 */
import { BucketCounts } from "./buckets.ts";
import { checkLabels } from "./instrument_names.ts";
import type { InstrumentSample, Labels } from "./snapshot.ts";
import { WindowDistribution } from "./window_distribution.ts";

/** Describes an instrument to whoever reads it. */
export interface InstrumentDescription {
  /**
   * A sentence that says what is counted.
   * @default {""}
   */
  readonly help?: string;
  /**
   * The unit of its values, such as `ms` or `bytes`. In the text for
   * Prometheus, times become seconds, sizes bytes and percents ratios.
   * @default {""}
   */
  readonly unit?: string;
}

/** Describes a histogram to whoever reads it. */
export interface HistogramDescription extends InstrumentDescription {
  /**
   * The upper bounds of its buckets in its own unit, each above the one before
   * it: at most 200 numbers from 0.
   * @default {from 1 ms to 10 s for times, from 256 bytes to 64 MiB for sizes,
   * from 1 to 10000 for others}
   */
  readonly buckets?: readonly number[];
}

/** An instrument for a count that only grows. */
export interface Counter {
  /**
   * Adds to the count of a set of labels.
   *
   * @param value A number from 0; 1 if it is left out.
   * @throws {RangeError} if `value` is below 0 or not finite.
   * @throws {InstrumentError} if a label is not valid.
   */
  add(value?: number, labels?: Labels): void;
}

/** An instrument for a value that goes up and down. */
export interface Gauge {
  /**
   * Sets the value of a set of labels.
   *
   * @throws {RangeError} if `value` is not finite.
   * @throws {InstrumentError} if a label is not valid.
   */
  set(value: number, labels?: Labels): void;
  /**
   * Adds to the value of a set of labels, which is 0 at first.
   *
   * @throws {RangeError} if `value` is not finite.
   * @throws {InstrumentError} if a label is not valid.
   */
  add(value: number, labels?: Labels): void;
}

/** An instrument for the distribution of values. */
export interface Histogram {
  /**
   * Records a value from 0 to 10¹², to the thousandth or to three digits.
   *
   * @throws {RangeError} if `value` is below 0 or not finite.
   * @throws {InstrumentError} if a label is not valid.
   */
  record(value: number, labels?: Labels): void;
}

/** The type of an instrument. */
export type InstrumentType = InstrumentSample["type"];

const NO_LABELS: Labels = {};
const OVERFLOW_LABELS: Labels = { overflow: "true" };
const NO_LABELS_KEY = JSON.stringify(NO_LABELS);
const OVERFLOW_KEY = JSON.stringify(OVERFLOW_LABELS);

/** What a histogram keeps: of all values their buckets, of the latest more. */
interface HistogramState {
  readonly buckets: BucketCounts;
  readonly window: WindowDistribution;
}

/** The state of one instrument for one set of labels. */
class Series {
  readonly labels: Labels;
  value = 0;
  readonly histogram: HistogramState | undefined;
  /** The same object for as long as nothing changes: snapshots share it. */
  sample: InstrumentSample | undefined;

  constructor(labels: Labels, histogram: HistogramState | undefined) {
    this.labels = labels;
    this.histogram = histogram;
  }
}

/** What an instrument is made of. */
export interface InstrumentParts {
  readonly name: string;
  readonly type: InstrumentType;
  readonly help: string;
  readonly unit: string;
  /** The bounds of a histogram's buckets. */
  readonly bounds: readonly number[];
  /** Milliseconds of a histogram's window. */
  readonly windowMs: number;
  readonly maxLabelSets: number;
  /** Called for each call with labels over the limit. */
  overflowed(): void;
}

/** An instrument of any type. */
export class Instrument implements Counter, Gauge, Histogram {
  readonly name: string;
  readonly type: InstrumentType;
  readonly help: string;
  readonly unit: string;
  readonly bounds: readonly number[];
  readonly #series = new Map<string, Series>();
  readonly #parts: InstrumentParts;

  constructor(parts: InstrumentParts) {
    this.name = parts.name;
    this.type = parts.type;
    this.help = parts.help;
    this.unit = parts.unit;
    this.bounds = parts.bounds;
    this.#parts = parts;
  }

  add(value = 1, labels: Labels = NO_LABELS): void {
    this.#check("add", value, this.type === "gauge" ? -Infinity : 0);
    const series = this.#seriesOf(labels);
    if (series !== undefined) series.value += value;
  }

  set(value: number, labels: Labels = NO_LABELS): void {
    this.#check("set", value, -Infinity);
    const series = this.#seriesOf(labels);
    if (series !== undefined) series.value = value;
  }

  record(value: number, labels: Labels = NO_LABELS): void {
    this.#check("record", value, 0);
    const histogram = this.#seriesOf(labels)?.histogram;
    histogram?.buckets.record(value);
    histogram?.window.record(value);
  }

  /** Returns a sample for each set of labels, at a time of the clock. */
  samples(nowMs: number): InstrumentSample[] {
    return Array.from(this.#series.values(), (series) => {
      if (series.histogram?.window.move(nowMs)) series.sample = undefined;
      return series.sample ??= this.#sample(series);
    });
  }

  #sample({ labels, value, histogram }: Series): InstrumentSample {
    const { name, type, help, unit } = this;
    const base = { name, help, unit, labels };
    if (histogram === undefined) {
      return { type: type === "counter" ? type : "gauge", ...base, value };
    }
    const { buckets, window } = histogram;
    const summary = window.summary();
    return { type: "histogram", ...base, ...buckets.read(), summary };
  }

  #check(action: string, value: number, least: number): void {
    if (value >= least && Number.isFinite(value)) return;
    const range = least === 0 ? "0 or more, and finite" : "finite";
    throw new RangeError(
      `Cannot ${action} to ${this.name}: value is ${value}, it must be ${range}`,
    );
  }

  /** Returns the series to change; none for a gauge over the limit. */
  #seriesOf(labels: Labels): Series | undefined {
    let kept = NO_LABELS;
    let key = NO_LABELS_KEY;
    // Most calls have no labels, and need no check of them.
    if (labels !== NO_LABELS) {
      kept = checkLabels(labels);
      key = JSON.stringify(kept);
    }
    let series = this.#series.get(key);
    if (series === undefined) {
      if (this.#series.size >= this.#parts.maxLabelSets) {
        this.#parts.overflowed();
        if (this.type === "gauge") return undefined;
        kept = OVERFLOW_LABELS;
        key = OVERFLOW_KEY;
        series = this.#series.get(key);
      }
      if (series === undefined) {
        series = new Series(kept, this.#histogram());
        this.#series.set(key, series);
      }
    }
    series.sample = undefined;
    return series;
  }

  #histogram(): HistogramState | undefined {
    if (this.type !== "histogram") return undefined;
    return {
      buckets: new BucketCounts(this.bounds),
      window: new WindowDistribution(this.#parts.windowMs),
    };
  }
}

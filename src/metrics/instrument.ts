/**
 * What the application counts under one name and many sets of labels.
 *
 * @module
 */
import { Distribution } from "./distribution.ts";
import { checkLabels } from "./instrument_names.ts";
import type { InstrumentSample, Labels } from "./snapshot.ts";

/** Describes an instrument to whoever reads it. */
export interface InstrumentDescription {
  /**
   * A sentence that says what is counted.
   * @default {""}
   */
  readonly help?: string;
  /**
   * The unit of its values, such as `ms` or `bytes`.
   * @default {""}
   */
  readonly unit?: string;
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

/** The state of one instrument for one set of labels. */
class Series {
  readonly labels: Labels;
  value = 0;
  readonly distribution: Distribution | undefined;
  /** The same object for as long as nothing changes: snapshots share it. */
  sample: InstrumentSample | undefined;

  constructor(labels: Labels, type: InstrumentType) {
    this.labels = labels;
    if (type === "histogram") this.distribution = new Distribution();
  }
}

/** An instrument of any type. */
export class Instrument implements Counter, Gauge, Histogram {
  readonly name: string;
  readonly type: InstrumentType;
  readonly help: string;
  readonly unit: string;
  readonly #series = new Map<string, Series>();
  readonly #maxLabelSets: number;
  readonly #overflowed: () => void;

  constructor(
    name: string,
    type: InstrumentType,
    { help = "", unit = "" }: InstrumentDescription,
    maxLabelSets: number,
    overflowed: () => void,
  ) {
    this.name = name;
    this.type = type;
    this.help = help;
    this.unit = unit;
    this.#maxLabelSets = maxLabelSets;
    this.#overflowed = overflowed;
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
    this.#seriesOf(labels)?.distribution?.record(value);
  }

  /** Returns a sample for each set of labels. */
  samples(): InstrumentSample[] {
    return Array.from(
      this.#series.values(),
      (series) => series.sample ??= this.#sample(series),
    );
  }

  #sample({ labels, value, distribution }: Series): InstrumentSample {
    const { name, type, help, unit } = this;
    return type === "histogram"
      ? {
        type,
        name,
        help,
        unit,
        labels,
        summary: (distribution ?? new Distribution()).summary(),
      }
      : { type, name, help, unit, labels, value };
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
      if (this.#series.size >= this.#maxLabelSets) {
        this.#overflowed();
        if (this.type === "gauge") return undefined;
        kept = OVERFLOW_LABELS;
        key = OVERFLOW_KEY;
        series = this.#series.get(key);
      }
      if (series === undefined) {
        series = new Series(kept, this.type);
        this.#series.set(key, series);
      }
    }
    series.sample = undefined;
    return series;
  }
}

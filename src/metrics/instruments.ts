/**
 * The instruments of an application: counters, gauges and histograms with
 * labels, in bounded memory.
 *
 * @module
 */
import { type Clock, realClock } from "../actor/mod.ts";
import {
  checkMethods,
  checkOptionNames,
  checkString,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import { checkBounds, defaultBounds } from "./buckets.ts";
import {
  type Counter,
  type Gauge,
  type Histogram,
  type HistogramDescription,
  Instrument,
  type InstrumentDescription,
  type InstrumentType,
} from "./instrument.ts";
import { checkInstrumentName } from "./instrument_names.ts";
import { instrumentName, namesIn } from "./metric_names.ts";
import { InstrumentError } from "./metrics_errors.ts";
import { isOwnName } from "./own_metrics.ts";
import type { InstrumentSample } from "./snapshot.ts";

/** Limits of {@linkcode Instruments}. */
export interface InstrumentsOptions {
  /**
   * The most sets of labels that one instrument keeps apart, a whole number
   * from 1. With further labels, counters and histograms use one set,
   * `overflow="true"`, and gauges keep nothing. Both are counted.
   * @default {200}
   */
  readonly maxLabelSets?: number;
  /**
   * The most instruments, a whole number from 1.
   * @default {1000}
   */
  readonly maxInstruments?: number;
  /**
   * Milliseconds of the window over which a histogram has percentiles, above
   * 0; `Infinity` for all values so far. The window moves with the snapshots,
   * in steps of half its length: values leave it when they are one to one and
   * a half times as old.
   * @default {60000}
   */
  readonly windowMs?: number;
  /**
   * The source of time, by which the window moves.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

const DEFAULTS = {
  maxLabelSets: 200,
  maxInstruments: 1000,
  windowMs: 60_000,
};

const RANGES = {
  maxLabelSets: { min: 1, integer: true },
  maxInstruments: { min: 1, integer: true },
  windowMs: { above: 0 },
};

const NAMES: OptionNames<InstrumentsOptions> = {
  maxLabelSets: true,
  maxInstruments: true,
  windowMs: true,
  clock: true,
};

/** Checks that an option is a source of time. */
export function checkClock(clock: Clock): void {
  checkMethods("clock", clock, ["now", "schedule"], "a Clock");
}

/** The limits of instruments, with the defaults filled in. */
export type InstrumentLimits = Readonly<Record<keyof typeof DEFAULTS, number>>;

/**
 * Checks the limits of instruments, and fills in the defaults.
 *
 * @throws {RangeError} if a number is out of its range.
 */
export function resolveInstrumentLimits(
  options: InstrumentsOptions,
): InstrumentLimits {
  return resolveNumbers(options, DEFAULTS, RANGES);
}

let typesOf: (
  instruments: Instruments,
) => ReadonlyMap<string, InstrumentSample["type"]>;

/** Returns the types of all instruments by name, also of those without values. */
export function instrumentTypes(
  instruments: Instruments,
): ReadonlyMap<string, InstrumentSample["type"]> {
  return typesOf(instruments);
}

/**
 * The instruments of an application, by name. The same name returns the same
 * instrument each time.
 *
 * @example
 * ```ts
 * import { Instruments } from "@troupe/troupe/metrics";
 *
 * const instruments = new Instruments();
 * const orders = instruments.counter("orders", { help: "Orders taken" });
 * orders.add(1, { shop: "north" });
 * orders.add(2, { shop: "south" });
 * console.assert(instruments.samples().length === 2);
 * ```
 */
export class Instruments {
  static {
    typesOf = (instruments) =>
      new Map(
        [...instruments.#instruments].map(([name, { type }]) => [name, type]),
      );
  }

  readonly #limits: InstrumentLimits;
  readonly #clock: Clock;
  readonly #instruments = new Map<string, Instrument>();
  /** Names in the text for Prometheus, and the instruments that have them. */
  readonly #taken = new Map<string, string>();
  #overflows = 0;

  /**
   * Creates an empty set of instruments.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an option is not known, or has the wrong type.
   * @throws {RangeError} if a number is out of its range.
   */
  constructor(options: InstrumentsOptions = {}) {
    checkOptionNames("Instruments", options, NAMES);
    if (options.clock !== undefined) checkClock(options.clock);
    this.#limits = resolveInstrumentLimits(options);
    this.#clock = options.clock ?? realClock;
  }

  /** Number of calls with labels over the limit of their instrument. */
  get overflows(): number {
    return this.#overflows;
  }

  /**
   * Returns the counter of a name.
   *
   * @param description May be left out; each part of it has its default.
   * @throws {TypeError} if the description has an option that is not known, or
   * of the wrong type.
   * @throws {InstrumentError} if OpenMetrics does not allow the name, a metric
   * of the collector or an instrument of another type or unit has it, or there
   * are too many instruments. It is the name with its unit that counts: a
   * counter `wait` in `ms` and a gauge `wait_seconds` have the same one.
   */
  counter(name: string, description: InstrumentDescription = {}): Counter {
    return this.#get(name, "counter", description);
  }

  /**
   * Returns the gauge of a name.
   *
   * @param description May be left out; each part of it has its default.
   * @throws {TypeError} for the same reasons as `counter`.
   * @throws {InstrumentError} for the same reasons as `counter`.
   */
  gauge(name: string, description: InstrumentDescription = {}): Gauge {
    return this.#get(name, "gauge", description);
  }

  /**
   * Returns the histogram of a name.
   *
   * @param description May be left out; each part of it has its default.
   * @throws {InstrumentError} for the same reasons as `counter`, or if it has
   * other buckets already.
   * @throws {TypeError} for the same reasons as `counter`, or if `buckets` is
   * not an array of numbers.
   * @throws {RangeError} if one of them is not above the one before it.
   */
  histogram(name: string, description: HistogramDescription = {}): Histogram {
    return this.#get(name, "histogram", description);
  }

  #get(
    name: string,
    type: InstrumentType,
    description: HistogramDescription,
  ): Instrument {
    checkDescription(type, description);
    const { help = "", unit = "", buckets } = description;
    const known = this.#instruments.get(name);
    if (known !== undefined) return checkKnown(known, type, unit, buckets);
    const { maxInstruments, maxLabelSets, windowMs } = this.#limits;
    checkInstrumentName(name);
    if (buckets !== undefined) checkBounds(name, buckets);
    const names = namesIn(instrumentName(name, unit));
    this.#checkFree(name, type, names);
    if (this.#instruments.size >= maxInstruments) {
      throw new InstrumentError(
        `Cannot create the ${type} ${name}: there are ${maxInstruments} instruments already, use labels or raise maxInstruments`,
      );
    }
    const created = new Instrument({
      name,
      type,
      help,
      unit,
      bounds: [...(buckets ?? defaultBounds(unit))],
      windowMs,
      maxLabelSets,
      overflowed: () => this.#overflows++,
    });
    for (const one of names) this.#taken.set(one, name);
    this.#instruments.set(name, created);
    return created;
  }

  /** Names must never change, so those in the text for Prometheus are unique. */
  #checkFree(
    name: string,
    type: InstrumentType,
    [text = "", ...others]: readonly string[],
  ): void {
    for (const one of [text, ...others]) {
      const owner = isOwnName(one) ? "the collector" : this.#taken.get(one);
      if (owner === undefined) continue;
      throw new InstrumentError(
        `Cannot create the ${type} ${name}: in Prometheus its name is ${text}, which belongs to ${owner}, choose another name`,
      );
    }
  }

  /**
   * Returns the samples of all instruments, in the order of their creation. If
   * there were labels over a limit, the counter `troupe_instrument_overflows`
   * says how often.
   */
  samples(): InstrumentSample[] {
    const nowMs = this.#clock.now();
    const samples = [...this.#instruments.values()]
      .flatMap((instrument) => instrument.samples(nowMs));
    if (this.#overflows > 0) {
      samples.push({
        type: "counter",
        name: "troupe_instrument_overflows",
        help: "Calls of instruments with labels over their limit",
        unit: "",
        labels: {},
        value: this.#overflows,
      });
    }
    return samples;
  }
}

/** Returns an instrument of a name, if it is the one that is asked for. */
function checkKnown(
  known: Instrument,
  type: InstrumentType,
  unit: string,
  buckets: readonly number[] | undefined,
): Instrument {
  const { name } = known;
  if (known.type !== type || known.unit !== unit) {
    throw new InstrumentError(
      `Cannot create the ${type} ${name} in ${
        JSON.stringify(unit)
      }: there is a ${known.type} ${name} in ${
        JSON.stringify(known.unit)
      }, choose another name`,
    );
  }
  if (buckets !== undefined && buckets.join() !== known.bounds.join()) {
    throw new InstrumentError(
      `Cannot create the histogram ${name} with the buckets ${buckets.join()}: there is one with ${known.bounds.join()}, choose another name`,
    );
  }
  return known;
}

const DESCRIPTION: OptionNames<InstrumentDescription> = {
  help: true,
  unit: true,
};
const HISTOGRAM: OptionNames<HistogramDescription> = {
  ...DESCRIPTION,
  buckets: true,
};

function checkDescription(
  type: InstrumentType,
  description: HistogramDescription,
): void {
  const of = `${type}()`;
  const common: InstrumentDescription = description;
  if (type === "histogram") checkOptionNames(of, description, HISTOGRAM);
  else checkOptionNames(of, common, DESCRIPTION);
  const { help, unit } = description;
  if (help !== undefined) checkString("help", help);
  if (unit !== undefined) checkString("unit", unit);
}

/**
 * The instruments of an application: counters, gauges and histograms with
 * labels, in bounded memory.
 *
 * @module
 */
import { resolveNumbers } from "../checks/internal.ts";
import {
  type Counter,
  type Gauge,
  type Histogram,
  Instrument,
  type InstrumentDescription,
  type InstrumentType,
} from "./instrument.ts";
import { checkInstrumentName } from "./instrument_names.ts";
import { InstrumentError } from "./metrics_errors.ts";
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
}

const DEFAULTS = { maxLabelSets: 200, maxInstruments: 1000 };

const RANGES = {
  maxLabelSets: { min: 1, integer: true },
  maxInstruments: { min: 1, integer: true },
};

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
  readonly #maxLabelSets: number;
  readonly #maxInstruments: number;
  readonly #instruments = new Map<string, Instrument>();
  #overflows = 0;

  /**
   * Creates an empty set of instruments.
   *
   * @throws {RangeError} if a limit is not a whole number from 1.
   */
  constructor(options: InstrumentsOptions = {}) {
    const limits = resolveNumbers(options, DEFAULTS, RANGES);
    this.#maxLabelSets = limits.maxLabelSets;
    this.#maxInstruments = limits.maxInstruments;
  }

  /** Number of calls with labels over the limit of their instrument. */
  get overflows(): number {
    return this.#overflows;
  }

  /**
   * Returns the counter of a name.
   *
   * @throws {InstrumentError} if OpenMetrics does not allow the name, an
   * instrument of another type or unit has it, or there are too many
   * instruments.
   */
  counter(name: string, description: InstrumentDescription = {}): Counter {
    return this.#get(name, "counter", description);
  }

  /**
   * Returns the gauge of a name.
   *
   * @throws {InstrumentError} for the same reasons as `counter`.
   */
  gauge(name: string, description: InstrumentDescription = {}): Gauge {
    return this.#get(name, "gauge", description);
  }

  /**
   * Returns the histogram of a name.
   *
   * @throws {InstrumentError} for the same reasons as `counter`.
   */
  histogram(name: string, description: InstrumentDescription = {}): Histogram {
    return this.#get(name, "histogram", description);
  }

  #get(
    name: string,
    type: InstrumentType,
    description: InstrumentDescription,
  ): Instrument {
    const known = this.#instruments.get(name);
    if (known !== undefined) {
      const { unit = "" } = description;
      if (known.type === type && known.unit === unit) return known;
      throw new InstrumentError(
        `Cannot create the ${type} ${name} in ${
          JSON.stringify(unit)
        }: there is a ${known.type} ${name} in ${
          JSON.stringify(known.unit)
        }, choose another name`,
      );
    }
    checkInstrumentName(name);
    if (this.#instruments.size >= this.#maxInstruments) {
      throw new InstrumentError(
        `Cannot create the ${type} ${name}: there are ${this.#maxInstruments} instruments already, use labels or raise maxInstruments`,
      );
    }
    const created = new Instrument(
      name,
      type,
      description,
      this.#maxLabelSets,
      () => this.#overflows++,
    );
    this.#instruments.set(name, created);
    return created;
  }

  /**
   * Returns the samples of all instruments, in the order of their creation. If
   * there were labels over a limit, the counter `troupe_instrument_overflows`
   * says how often.
   */
  samples(): InstrumentSample[] {
    const samples = [...this.#instruments.values()]
      .flatMap((instrument) => instrument.samples());
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

/**
 * The instruments of an application: counters, gauges and histograms, told
 * apart by labels, in bounded memory.
 *
 * @module
 */
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
   * The most sets of labels that one instrument tells apart. What counters and
   * histograms are told beyond it goes to one set, `overflow="true"`; what
   * gauges are told beyond it is not kept. Both are counted.
   * @default {200}
   */
  readonly maxLabelSets?: number;
  /**
   * The most instruments.
   * @default {1000}
   */
  readonly maxInstruments?: number;
}

/**
 * The instruments of an application, by name. To ask for one again gives the
 * same.
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

  /** None yet. */
  constructor(options: InstrumentsOptions = {}) {
    const { maxLabelSets = 200, maxInstruments = 1000 } = options;
    for (
      const [name, value] of Object.entries({ maxLabelSets, maxInstruments })
    ) {
      if (!(Number.isInteger(value) && value >= 1)) {
        throw new RangeError(
          `Cannot make instruments: ${name} is ${value}, it must be a whole number from 1 on`,
        );
      }
    }
    this.#maxLabelSets = maxLabelSets;
    this.#maxInstruments = maxInstruments;
  }

  /** How often an instrument was told something of labels over its limit. */
  get overflows(): number {
    return this.#overflows;
  }

  /**
   * The counter of a name.
   *
   * @throws {InstrumentError} when the name is none for OpenMetrics or ends as
   * only exporters end names, is that of an instrument of another type or
   * unit, or when there are too many instruments.
   */
  counter(name: string, description: InstrumentDescription = {}): Counter {
    return this.#get(name, "counter", description);
  }

  /** The gauge of a name; throws as `counter`. */
  gauge(name: string, description: InstrumentDescription = {}): Gauge {
    return this.#get(name, "gauge", description);
  }

  /** The histogram of a name; throws as `counter`. */
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
        `Cannot make the ${type} ${name} in ${
          JSON.stringify(unit)
        }: there is a ${known.type} ${name} in ${
          JSON.stringify(known.unit)
        }, choose another name`,
      );
    }
    checkInstrumentName(name);
    if (this.#instruments.size >= this.#maxInstruments) {
      throw new InstrumentError(
        `Cannot make the ${type} ${name}: there are ${this.#maxInstruments} instruments already, use labels or raise maxInstruments`,
      );
    }
    const made = new Instrument(
      name,
      type,
      description,
      this.#maxLabelSets,
      () => this.#overflows++,
    );
    this.#instruments.set(name, made);
    return made;
  }

  /**
   * What they all say, in the order of their making. When there was an
   * overflow, the counter `troupe_instrument_overflows` says how often.
   */
  samples(): InstrumentSample[] {
    const samples = [...this.#instruments.values()]
      .flatMap((instrument) => instrument.samples());
    if (this.#overflows > 0) {
      samples.push({
        type: "counter",
        name: "troupe_instrument_overflows",
        help: "What instruments were told of labels over their limit",
        unit: "",
        labels: {},
        value: this.#overflows,
      });
    }
    return samples;
  }
}

/**
 * What a feed counts beside its snapshots, for OpenTelemetry.
 *
 * @module
 */
import {
  type Attributes,
  type Counter,
  createNoopMeter,
  type Gauge,
  type Histogram,
  type Meter,
  metrics,
} from "@opentelemetry/api";
import {
  baseUnitOf,
  type LiveHistogram,
  type LiveSample,
  valuesOf,
} from "../metrics/internal.ts";

/** The units of OpenTelemetry for the base units. */
const UNITS: Readonly<Record<string, string>> = { seconds: "s", bytes: "By" };

/** Returns whether there is somebody to whom metrics go. */
export function isTelemetryOn(): boolean {
  return metrics.getMeter("@troupe/troupe") !== createNoopMeter();
}

/**
 * Brings OpenTelemetry's own counters and histograms to what samples say. They
 * are not observed: of what is, Deno exports no last values when a process
 * ends.
 */
export class LiveExport {
  readonly #meter: Meter = metrics.getMeter("@troupe/troupe");
  readonly #attributes: Attributes;
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  /** What was exported last, by series. */
  readonly #values = new Map<string, number>();
  readonly #distributions = new Map<string, Map<number, number>>();

  /** Creates one whose series all have some attributes. */
  constructor(attributes: Attributes) {
    this.#attributes = attributes;
  }

  /** Exports what has changed since the last call. */
  push(samples: readonly LiveSample[]): void {
    for (const sample of samples) {
      const attributes = { ...this.#attributes, ...sample.labels };
      const series = JSON.stringify([sample.name, sample.labels]);
      if (sample.type === "histogram") {
        this.#record(sample, series, attributes);
        continue;
      }
      const { convert } = baseUnitOf(sample.unit);
      const value = convert(sample.value);
      if (sample.type === "gauge") {
        this.#gauge(sample).record(value, attributes);
        continue;
      }
      const before = this.#values.get(series) ?? 0;
      // Another run counts from 0 again.
      const more = value < before ? value : value - before;
      this.#counter(sample).add(more, attributes);
      this.#values.set(series, value);
    }
  }

  /** Records each value as often as it has come since the last call. */
  #record(sample: LiveHistogram, series: string, attributes: Attributes): void {
    const { convert } = baseUnitOf(sample.unit);
    const histogram = this.#histogram(sample);
    let known = this.#distributions.get(series) ?? new Map<number, number>();
    const values = valuesOf(sample.values);
    const count = values.reduce((sum, [, count]) => sum + count, 0);
    const before = [...known.values()].reduce((sum, count) => sum + count, 0);
    if (count < before) known = new Map();
    for (const [value, count] of values) {
      const converted = convert(value);
      for (let n = known.get(value) ?? 0; n < count; n++) {
        histogram.record(converted, attributes);
      }
      known.set(value, count);
    }
    this.#distributions.set(series, known);
  }

  #counter(sample: LiveSample): Counter {
    return this.#known(
      this.#counters,
      sample,
      (name, options) => this.#meter.createCounter(name, options),
    );
  }

  #gauge(sample: LiveSample): Gauge {
    return this.#known(
      this.#gauges,
      sample,
      (name, options) => this.#meter.createGauge(name, options),
    );
  }

  #histogram(sample: LiveHistogram): Histogram {
    const { convert } = baseUnitOf(sample.unit);
    const advice = { explicitBucketBoundaries: sample.bounds.map(convert) };
    return this.#known(
      this.#histograms,
      sample,
      (name, options) =>
        this.#meter.createHistogram(name, { ...options, advice }),
    );
  }

  #known<Kind>(
    all: Map<string, Kind>,
    { name, help, unit }: LiveSample,
    create: (
      name: string,
      options: { readonly description: string; readonly unit: string },
    ) => Kind,
  ): Kind {
    const known = all.get(name);
    if (known !== undefined) return known;
    const { word } = baseUnitOf(unit);
    const created = create(name, {
      description: help,
      unit: UNITS[word] ?? word,
    });
    all.set(name, created);
    return created;
  }
}

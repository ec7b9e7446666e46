/**
 * Observable metrics, registered with OpenTelemetry until they are disposed.
 *
 * @module
 */
import {
  type Attributes,
  type BatchObservableResult,
  type Meter,
  metrics,
} from "@opentelemetry/api";

/** A metric, as OpenTelemetry describes it. */
export interface MetricDescription {
  /** The name, such as `process.cpu.time`. */
  readonly name: string;
  /** Whether it only grows, rises and falls as a sum, or is a value. */
  readonly kind: "counter" | "up_down_counter" | "gauge";
  /** The unit in UCUM, such as `By`. */
  readonly unit: string;
  /** A few words for whoever reads the metric. */
  readonly description: string;
}

/** Reports a value of a metric; `null` and `undefined` are unknown. */
export type ReportMetric<Metric> = (
  metric: Metric,
  value: number | null | undefined,
  attributes: Attributes | undefined,
) => void;

const CREATE = {
  counter: "createObservableCounter",
  up_down_counter: "createObservableUpDownCounter",
  gauge: "createObservableGauge",
} as const satisfies Record<MetricDescription["kind"], keyof Meter>;

/**
 * Registers metrics with the global meter provider. Whenever they are
 * collected, `observe` is called once for all of them. What it throws is
 * printed, once until it works again, and never reaches the provider: Deno's
 * own ends the process.
 */
export function registerMetrics<Metric extends MetricDescription>(
  described: readonly Metric[],
  observe: (report: ReportMetric<Metric>) => void,
): Disposable {
  const meter = metrics.getMeter("@troupe/troupe");
  const observables = new Map(
    described.map((metric) => {
      const { name, kind, unit, description } = metric;
      const options = { unit, description };
      return [metric, meter[CREATE[kind]](name, options)];
    }),
  );
  const all = [...observables.values()];
  const observeInto = (result: BatchObservableResult): void =>
    observe((metric, value, attributes) => {
      const observable = observables.get(metric);
      if (observable === undefined) return;
      if (value === null || value === undefined) return;
      result.observe(observable, value, attributes);
    });
  let isFailing = false;
  const callback = (result: BatchObservableResult): void => {
    try {
      observeInto(result);
      isFailing = false;
    } catch (error) {
      if (!isFailing) {
        console.error("Cannot observe metrics for OpenTelemetry:", error);
      }
      isFailing = true;
    }
  };
  meter.addBatchObservableCallback(callback, all);
  return {
    [Symbol.dispose]: () => meter.removeBatchObservableCallback(callback, all),
  };
}

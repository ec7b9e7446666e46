/**
 * A snapshot as families of metrics, with the names that Prometheus has for
 * them.
 *
 * @module
 */
import { baseUnitOf } from "./base_unit.ts";
import { instrumentSample, type LiveSample } from "./live_samples.ts";
import {
  type DistributionValue,
  type Entry,
  family,
  instrumentName,
  legalLabels,
  type MetricFamily,
  uniqueNames,
} from "./metric_names.ts";
import { OWN_METRICS, THREAD_METRICS } from "./own_metrics.ts";
import type {
  HistogramSample,
  InstrumentSample,
  Labels,
  MetricsSnapshot,
} from "./snapshot.ts";
import type { WorkerMetrics } from "./worker_metrics.ts";

/**
 * Returns the families of a snapshot, without what is unknown. With workers,
 * what each thread measures for itself is theirs, with a label. Samples that
 * are no part of the snapshot come last.
 */
export function metricFamilies(
  snapshot: MetricsSnapshot,
  workers?: readonly WorkerMetrics[],
  others: readonly LiveSample[] = [],
): MetricFamily[] {
  return uniqueNames([
    ...OWN_METRICS.map(({ type, stem, unit, help, read }) =>
      family(type, stem, unit, help, read(snapshot))
    ),
    ...THREAD_METRICS.map(({ type, stem, unit, help, read }) => {
      const entries = workers?.flatMap((one) =>
        read(one).map(([labels, value]): Entry => [
          ofWorker(one, labels),
          value,
        ])
      );
      return family(type, stem, unit, help, entries ?? read(snapshot));
    }),
    ...ofInstruments(
      workers?.flatMap((one) =>
        one.instruments.map((sample) => ({
          ...sample,
          labels: ofWorker(one, sample.labels),
        }))
      ) ?? snapshot.instruments,
    ),
    ...ofInstruments(others.map(instrumentSample)),
  ]);
}

/** Adds the label of a worker; one that was there gets another name. */
function ofWorker({ worker }: WorkerMetrics, labels: Labels): Labels {
  const { worker: exported, ...others } = labels;
  return exported === undefined
    ? { ...labels, worker }
    : { ...others, exported_worker: exported, worker };
}

/** Samples of one name, type and unit are one family. */
function ofInstruments(samples: readonly InstrumentSample[]): MetricFamily[] {
  const groups = Map.groupBy(
    samples,
    ({ name, type, unit }) => JSON.stringify([name, type, unit]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { type, name, unit } = first;
    // Another thread may know more about it.
    const help = group.find(({ help }) => help !== "")?.help ?? "";
    const { word, convert } = baseUnitOf(unit);
    return family(
      type,
      instrumentName(name, unit),
      word,
      help,
      group.map((
        sample,
      ) => [
        legalLabels(sample.labels),
        sample.type === "histogram"
          ? distribution(sample, convert)
          : convert(sample.value),
      ]),
    );
  });
}

function distribution(
  { count, sum, buckets }: HistogramSample,
  convert: (value: number) => number,
): DistributionValue {
  return {
    count,
    sum: convert(sum),
    buckets: { bounds: buckets.bounds.map(convert), counts: buckets.counts },
  };
}

/**
 * A snapshot as families of metrics, with the names that Prometheus has for
 * them.
 *
 * @module
 */
import { baseUnitOf } from "./base_unit.ts";
import {
  type DistributionValue,
  family,
  instrumentName,
  legalLabels,
  type MetricFamily,
  uniqueNames,
} from "./metric_names.ts";
import { OWN_METRICS } from "./own_metrics.ts";
import type {
  HistogramSample,
  InstrumentSample,
  MetricsSnapshot,
} from "./snapshot.ts";

/** Returns the families of a snapshot, without what is unknown. */
export function metricFamilies(snapshot: MetricsSnapshot): MetricFamily[] {
  return uniqueNames([
    ...OWN_METRICS.map(({ type, stem, unit, help, read }) =>
      family(type, stem, unit, help, read(snapshot))
    ),
    ...ofInstruments(snapshot.instruments),
  ]);
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
    const { type, name, unit, help } = first;
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

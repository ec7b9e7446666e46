/**
 * The application's own instruments, as rows.
 *
 * @module
 */
import type { InstrumentSample, MetricsSnapshot } from "../snapshot.ts";
import type { InstrumentRow } from "./columns.ts";
import { count } from "../watch/counted.ts";

/** Returns the instruments whose name or labels contain a text. */
export function instrumentRows(
  snapshot: MetricsSnapshot | undefined,
  filter: string,
): InstrumentRow[] {
  const wanted = filter.toLowerCase();
  return (snapshot?.instruments ?? []).map((sample): InstrumentRow => ({
    name: sample.name,
    labels: Object.entries(sample.labels)
      .map(([name, value]) => `${name}=${value}`).join(" "),
    type: sample.type,
    value: valueText(sample),
  })).filter(({ name, labels }) =>
    `${name} ${labels}`.toLowerCase().includes(wanted)
  );
}

function valueText(sample: InstrumentSample): string {
  const { unit } = sample;
  if (sample.type !== "histogram") {
    return `${count(sample.value)} ${unit}`.trimEnd();
  }
  const { p50, p99 } = sample.summary;
  return `${count(sample.count)} × p50 ${number(p50)} p99 ${
    number(p99)
  } ${unit}`
    .trimEnd();
}

function number(value: number | null): string {
  return value === null ? "–" : String(Number(value.toPrecision(3)));
}

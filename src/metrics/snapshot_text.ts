/**
 * A snapshot as text for Prometheus, and for programs that read the same.
 *
 * @module
 */
import {
  checkArray,
  checkObject,
  checkOneOf,
  checkString,
} from "../checks/internal.ts";
import { metricFamilies } from "./metric_families.ts";
import type { MetricFamily } from "./metric_names.ts";
import type { Labels, MetricsSnapshot } from "./snapshot.ts";
import type { WorkerMetrics } from "./worker_metrics.ts";

/** The format of a text: OpenMetrics 1.0, or the older one of Prometheus, 0.0.4. */
export type SnapshotTextFormat = "openmetrics" | "prometheus";

/** The header `content-type` for each format of text. */
export const SNAPSHOT_CONTENT_TYPES: Readonly<
  Record<SnapshotTextFormat, string>
> = {
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
};

/**
 * Returns the format that a header `accept` asks for: OpenMetrics if it names
 * that with a quality not below that of `text/plain`, or that of Prometheus.
 *
 * @example
 * ```ts
 * import { acceptedTextFormat } from "@troupe/troupe/metrics";
 *
 * const accept = "application/openmetrics-text;q=0.5, text/plain;q=0.2";
 * console.assert(acceptedTextFormat(accept) === "openmetrics");
 * console.assert(acceptedTextFormat(null) === "prometheus");
 * ```
 *
 * @throws {TypeError} if the header is neither a string nor `null`.
 */
export function acceptedTextFormat(accept: string | null): SnapshotTextFormat {
  if (accept !== null) checkString("accept", accept);
  const quality = (type: string): number => {
    let best = 0;
    for (const item of (accept ?? "").toLowerCase().split(",")) {
      const [name = "", ...parameters] = item.split(";").map((s) => s.trim());
      if (name !== type) continue;
      const q = parameters.find((parameter) => parameter.startsWith("q="));
      const value = q === undefined ? 1 : Number(q.slice(2));
      if (value > best) best = value;
    }
    return best;
  };
  const openmetrics = quality("application/openmetrics-text");
  return openmetrics > 0 && openmetrics >= quality("text/plain")
    ? "openmetrics"
    : "prometheus";
}

/**
 * Returns a snapshot as text for Prometheus. What is `null` is left out,
 * counters end with `_total`, and histograms are classic ones with buckets, from
 * which Prometheus computes quantiles, also over several instances. Values are
 * in base units, with their words at the end of names: an instrument in `ms`
 * ends with `_seconds`. Names do not change from one snapshot to the next.
 *
 * With `workers`, such as those of a collector with the option `cores`, what
 * each thread measures for itself has a sample for each, with its label
 * `worker`, in the place of the sums; a label `worker` of an instrument becomes
 * `exported_worker`.
 *
 * @example
 * ```ts
 * import { snapshotToText, type MetricsSnapshot } from "@troupe/troupe/metrics";
 *
 * function scrape(snapshot: MetricsSnapshot): string {
 *   return snapshotToText(snapshot, "prometheus");
 * }
 * console.assert(scrape.length === 1);
 * ```
 *
 * @param format May be left out; it is `"openmetrics"` by default.
 * @param workers May be left out; the samples are the sums by default.
 * @throws {TypeError} if the snapshot is not an object, or the format is neither.
 */
export function snapshotToText(
  snapshot: MetricsSnapshot,
  format: SnapshotTextFormat = "openmetrics",
  workers: readonly WorkerMetrics[] | undefined = undefined,
): string {
  checkObject("snapshot", snapshot, "one of a MetricsCollector");
  checkObject(
    "process of the snapshot",
    snapshot.process,
    "that of a snapshot",
  );
  checkOneOf("format", format, ["openmetrics", "prometheus"]);
  if (workers !== undefined) {
    checkArray("workers", workers, "those of a MetricsCollector");
  }
  return familiesText(metricFamilies(snapshot, workers), format);
}

/** Returns families of metrics as text for Prometheus. */
export function familiesText(
  families: readonly MetricFamily[],
  format: SnapshotTextFormat,
): string {
  const texts = families.map((family) => familyText(family, format));
  return texts.join("") + (format === "openmetrics" ? "# EOF\n" : "");
}

function familyText(
  { name, type, unit, help, samples }: MetricFamily,
  format: SnapshotTextFormat,
): string {
  const isOpen = format === "openmetrics";
  const total = type === "counter" ? `${name}_total` : name;
  // Before OpenMetrics, a counter was called by the name of its samples.
  const described = isOpen ? name : total;
  const lines = [`# TYPE ${described} ${type}`];
  if (isOpen && unit !== "") lines.push(`# UNIT ${described} ${unit}`);
  if (help !== "") {
    lines.push(
      `# HELP ${described} ${isOpen ? escape(help) : escapeOld(help)}`,
    );
  }
  for (const { labels, value } of samples) {
    if (typeof value === "number") {
      lines.push(`${total}${labelText(labels)} ${numberText(value)}`);
      continue;
    }
    if (type === "histogram") {
      const { bounds = [], counts = [] } = value.buckets ?? {};
      bounds.forEach((bound, index) => {
        const all = labelText({ ...labels, le: boundText(bound, format) });
        lines.push(`${name}_bucket${all} ${numberText(counts[index] ?? 0)}`);
      });
      const all = labelText({ ...labels, le: "+Inf" });
      lines.push(`${name}_bucket${all} ${numberText(value.count)}`);
    }
    const own = labelText(labels);
    lines.push(`${name}_count${own} ${numberText(value.count)}`);
    lines.push(`${name}_sum${own} ${numberText(value.sum)}`);
  }
  return `${lines.join("\n")}\n`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}="${escape(value)}"`
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** A bound as a label: in OpenMetrics it has a point, as `1.0`. */
function boundText(bound: number, format: SnapshotTextFormat): string {
  const text = numberText(bound);
  return format === "openmetrics" && /^\d+$/.test(text) ? `${text}.0` : text;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

function escape(text: string): string {
  return escapeOld(text).replaceAll('"', '\\"');
}

function escapeOld(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

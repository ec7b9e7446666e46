/**
 * Why criteria do not hold, in sentences: pure decisions without I/O.
 *
 * @module
 */
import { counted } from "../report/numbers.ts";
import { limitText, measuredText, subjectText } from "../report/metric_text.ts";
import { type Metric, metricOf } from "../scenario/metric_rules.ts";
import type { Criterion } from "../scenario/scenario.ts";
import { ended } from "./accounting.ts";
import {
  checkCounts,
  type Measured,
  responses,
  statusCount,
} from "./measured.ts";

/**
 * Explains why a criterion does not hold, in a sentence: what it required, and
 * what was measured or why there is nothing to measure.
 */
export function reasonOfBroken(
  criterion: Criterion,
  actual: number | null,
  measured: Measured | undefined,
  isDefault: boolean,
): string {
  const { metric, is, value } = criterion;
  const found = actual === null
    ? whyNoData(criterion, measured)
    : `it is ${measuredText(metric, actual, value)}${
      countsText(criterion, measured)
    }`;
  const limit = `${is.replace("_", " ")} ${limitText(metric, value)}`;
  const byDefault = isDefault ? " unless a criterion allows more" : "";
  return `${
    subjectText(criterion)
  } must be ${limit}${byDefault}, but ${found}.`;
}

/** Returns what a rate counts, such as ` (51 timed out, of 518)`. */
function countsText(
  { metric, check }: Criterion,
  measured: Measured | undefined,
): string {
  const known = metricOf(metric);
  if (measured === undefined || known === undefined) return "";
  const { result } = measured;
  const { planned, dropped, failed, timedOut, interrupted } = result.accounting;
  switch (known.kind) {
    case "check_rate": {
      const { held, broken } = checkCounts(result, check);
      return ` (${broken} of ${held + broken} did not hold)`;
    }
    case "status_rate":
      return ` (${statusCount(result, known.of)} of ${
        counted(responses(result), "response")
      })`;
    case "rate":
    case "count": {
      if (known.of === "drop") {
        return ` (${dropped} of ${planned}${
          dropped === 0 ? "" : `, as ${measured.dropCause}`
        })`;
      }
      const all = ended(result.accounting);
      if (known.of === "timeout") return ` (${timedOut} of ${all})`;
      const counts = [
        failed > 0 ? `${failed} failed` : undefined,
        timedOut > 0 ? `${timedOut} timed out` : undefined,
        interrupted > 0 ? `${interrupted} interrupted` : undefined,
      ].filter((count) => count !== undefined);
      return counts.length === 0 ? "" : ` (${counts.join(", ")}, of ${all})`;
    }
    default:
      return "";
  }
}

/** Explains why a metric has no value, in words that follow "but". */
function whyNoData(
  criterion: Criterion,
  measured: Measured | undefined,
): string {
  const { stage } = criterion;
  if (measured === undefined) {
    return stage === undefined
      ? "there is no such operation"
      : "the stage did not take place";
  }
  const { accounting: { planned, started, ok }, errors } = measured.result;
  if (planned === 0) {
    return `no operation was planned in the ${
      stage === undefined ? "steady phase" : "stage"
    }`;
  }
  if (started === 0) {
    return `all ${planned} planned operations were dropped, as ${measured.dropCause}`;
  }
  const metric = metricOf(criterion.metric);
  const what = metric === undefined ? undefined : missing(metric, criterion);
  if (ok > 0 && what === undefined) return "there is no data";
  const [error] = errors;
  const reason = error === undefined
    ? ""
    : `, and the most frequent error is "${error.message}"`;
  return ok > 0
    ? `${what}`
    : `${
      what === undefined ? "" : `${what}: `
    }none of ${started} operations succeeded${reason}`;
}

/** Returns what there was none of, for metrics that are not about times. */
function missing(
  metric: Metric,
  { check }: Criterion,
): string | undefined {
  switch (metric.kind) {
    case "check_rate":
      return check === undefined
        ? "no outcome was checked"
        : `no outcome was checked for ${JSON.stringify(check)}`;
    case "status_rate":
      return "no response had a status";
    default:
      return undefined;
  }
}

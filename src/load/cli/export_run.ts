/**
 * The export of a run through OpenTelemetry, if that is on.
 *
 * @module
 */
import type { ActorSystem } from "../../actor/mod.ts";
import { MetricsCollector } from "../../metrics/mod.ts";
import { isTelemetryOn } from "../../telemetry/internal.ts";
import { observeMetrics } from "../../telemetry/mod.ts";

/** What watches a run, until it is disposed. */
export interface RunExport extends AsyncDisposable {
  /** What the run has to be watched by; `undefined` for nothing. */
  readonly collector: MetricsCollector | undefined;
}

/**
 * Exports the metrics of this process and the operations of its run, until it is
 * disposed: then with their last values. The collector is that of the page, if
 * there is a page.
 */
export function exportRun(
  system: ActorSystem,
  ofPage: MetricsCollector | undefined,
): RunExport {
  if (!isTelemetryOn()) {
    return {
      collector: ofPage,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const collector = ofPage ?? new MetricsCollector({ system });
  collector.start();
  const observed = observeMetrics(collector);
  return {
    collector,
    async [Symbol.asyncDispose]() {
      observed[Symbol.dispose]();
      if (ofPage === undefined) await collector[Symbol.asyncDispose]();
    },
  };
}

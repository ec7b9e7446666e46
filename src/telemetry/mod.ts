/**
 * OpenTelemetry for Troupe: metrics of an actor system, metrics of a collector,
 * and the context of a trace that goes with each message. Importing the runtime
 * or `./metrics` does not load it.
 *
 * @module
 */
export { observeActors, type ObserveActorsOptions } from "./observe_actors.ts";
export {
  observeMetrics,
  type ObserveMetricsOptions,
} from "./observe_metrics.ts";
export { traceMessages } from "./trace_messages.ts";

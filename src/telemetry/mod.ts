/**
 * OpenTelemetry for Troupe: metrics of an actor system, metrics of a process
 * and its machine, and the context of a trace that goes with each message. No
 * other entry of the package loads OpenTelemetry.
 *
 * @module
 */
export { observeActors, type ObserveActorsOptions } from "./observe_actors.ts";
export {
  observeMetrics,
  type ObserveMetricsOptions,
} from "./observe_metrics.ts";
export { traceMessages } from "./trace_messages.ts";

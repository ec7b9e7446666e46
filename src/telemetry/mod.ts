/**
 * OpenTelemetry for actors: metrics of a system, and the context of a trace
 * that goes with each message. Importing the runtime does not load it.
 *
 * @module
 */
export { instrument, type InstrumentOptions } from "./instrument.ts";
export { traceMessages } from "./trace_messages.ts";

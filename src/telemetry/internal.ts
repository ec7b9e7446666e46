/**
 * What sibling rooms use of `telemetry`, besides `mod.ts`. None of it is part of
 * the API.
 *
 * @module
 */
export { isTelemetryOn } from "./export_live.ts";

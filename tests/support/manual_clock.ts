export { ManualClock } from "../../src/testing/manual_clock.ts";

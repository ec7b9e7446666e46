/**
 * Keeps a history until it is killed: so many snapshots, so many milliseconds
 * of its own time apart.
 *
 * @module
 */
import { MetricsCollector } from "../../src/metrics/collector.ts";
import { ManualClock } from "../support/manual_clock.ts";

const [historyPath = "", stepMs, most] = Deno.args;
const clock = new ManualClock();
const collector = new MetricsCollector({
  historyPath,
  clock,
  timeOfDay: () => clock.now(),
});
const encoder = new TextEncoder();
for (let n = 0; n < Number(most); n++) {
  clock.advance(Number(stepMs));
  const { sequence } = collector.collect();
  Deno.stdout.writeSync(encoder.encode(`${sequence}\n`));
}
// Until it is killed.
setInterval(() => {}, 1e9);

/**
 * Keeps a history until it is killed: so many snapshots, so many milliseconds
 * of its own time apart.
 *
 * @module
 */
import { MetricsCollector } from "../../src/metrics/collector.ts";

const [historyPath = "", stepMs, most] = Deno.args;
let atMs = 0;
const collector = new MetricsCollector({
  historyPath,
  timeOfDay: () => atMs += Number(stepMs),
});
const encoder = new TextEncoder();
for (let n = 0; n < Number(most); n++) {
  const { sequence } = collector.collect();
  Deno.stdout.writeSync(encoder.encode(`${sequence}\n`));
}
// Until it is killed.
setInterval(() => {}, 1e9);

/**
 * A feed that throws, observed by Deno's own exporter of OpenTelemetry until it
 * was read three times.
 *
 * @module
 */
import { observeMetrics } from "../../src/telemetry/observe_metrics.ts";
import { TestFeed } from "../metrics/snapshots.ts";

const held = setInterval(() => {}, 1000);
let reads = 0;

class BrokenFeed extends TestFeed {
  override get latest(): never {
    if (++reads === 3) {
      clearInterval(held);
      console.log("read three times");
    }
    throw new Error("the feed is broken");
  }
}

observeMetrics(new BrokenFeed());

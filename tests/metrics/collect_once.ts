/**
 * Prints what a process with its permissions collects: for
 * `permissions_test.ts`.
 *
 * @module
 */
import { MetricsCollector } from "../../src/metrics/collector.ts";

await using collector = new MetricsCollector();
collector.start();
console.log(JSON.stringify(collector.collect()));

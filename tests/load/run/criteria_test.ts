import { assertEquals } from "@std/assert";
import {
  defaultLimits,
  explainBroken,
  judge,
} from "../../../src/load/run/criteria.ts";
import {
  OperationRecorder,
  steadyResults,
} from "../../../src/load/run/operation_recorder.ts";
import type { Criterion } from "../../../src/load/scenario/scenario.ts";

Deno.test("criteria are held, broken or without data", () => {
  const asked = new OperationRecorder("ask");
  for (let ms = 1; ms <= 100; ms++) {
    asked.steady.start();
    asked.steady.end(ms === 100 ? "failed" : "ok");
    if (ms < 100) asked.serviceTime.record(ms);
  }
  asked.steady.drop();
  const idle = new OperationRecorder("idle");
  const { all, operations } = steadyResults([asked, idle], "closed", 10_000);
  const outcome = (
    metric: string,
    is: Criterion["is"],
    value: number,
    operation?: string,
  ) => {
    const criterion = {
      metric,
      is,
      value,
      ...(operation === undefined ? {} : { operation }),
    };
    return judge([criterion], all, operations)[0]?.outcome;
  };
  assertEquals(outcome("latency.p99", "at_most", 99), "held");
  assertEquals(outcome("latency.p99", "below", 50), "broken");
  assertEquals(outcome("serviceTime.mean", "at_least", 50), "held");
  assertEquals(outcome("errorRate", "at_most", 0.01), "held");
  assertEquals(outcome("errorRate", "below", 0.01), "broken");
  assertEquals(outcome("throughput", "above", 9.8), "held");
  assertEquals(outcome("dropRate", "below", 0.01), "held");
  // A rate of nothing is no data, and 0 is some.
  assertEquals(outcome("errorRate", "at_most", 1, "idle"), "no_data");
  assertEquals(outcome("latency.p50", "below", 1, "idle"), "no_data");
  assertEquals(outcome("throughput", "below", 1, "idle"), "held");
});

Deno.test("a criterion that does not hold is explained with what was measured, or why nothing was", () => {
  const idle = new OperationRecorder("idle");
  const dropped = new OperationRecorder("dropped");
  dropped.steady.drop();
  const dead = new OperationRecorder("dead");
  for (let count = 0; count < 3; count++) {
    dead.steady.start();
    dead.steady.end("failed");
    dead.errors.add(new Error("Connection refused"));
  }
  const mute = new OperationRecorder("mute");
  mute.steady.start();
  mute.steady.end("interrupted");
  const slow = new OperationRecorder("slow");
  slow.steady.start();
  slow.steady.end("ok");
  slow.serviceTime.record(80);
  const { all, operations } = steadyResults(
    [idle, dropped, dead, mute, slow],
    "closed",
    1000,
  );
  const explain = (operation: string) => {
    const criterion = {
      metric: "latency.p99",
      operation,
      is: "at_most",
      value: 50,
    } as const;
    const results = judge([criterion], all, operations);
    return explainBroken(results, all, operations);
  };
  const what = "latency.p99 of";
  const must = "must be at most 50 ms, but";
  assertEquals(explain("slow"), [`${what} slow ${must} it is 80 ms.`]);
  assertEquals(explain("idle"), [
    `${what} idle ${must} no operation was planned in the steady phase.`,
  ]);
  assertEquals(explain("dropped"), [
    `${what} dropped ${must} all 1 planned operations were dropped.`,
  ]);
  assertEquals(explain("dead"), [
    `${what} dead ${must} none of 3 operations succeeded, and the most frequent error is "Error: Connection refused".`,
  ]);
  assertEquals(explain("mute"), [
    `${what} mute ${must} none of 1 operations succeeded.`,
  ]);
});

Deno.test("what no criterion limits has a default limit", () => {
  const operations = [{ name: "read" }, { name: "write" }];
  const limits = (
    model: "open" | "closed",
    ...criteria: readonly Criterion[]
  ) =>
    defaultLimits(model, criteria, operations)
      .map(({ metric, operation = "all" }) => `${metric} of ${operation}`);
  const errors: Criterion = { metric: "errorRate", is: "at_most", value: 0.5 };
  const p99: Criterion = { metric: "latency.p99", is: "below", value: 50 };
  assertEquals(limits("open", p99), ["errorRate of all", "dropRate of all"]);
  assertEquals(limits("closed", p99), ["errorRate of all"]);
  assertEquals(limits("closed", errors), []);
  assertEquals(limits("closed", { ...errors, operation: "read" }), [
    "errorRate of write",
  ]);
});

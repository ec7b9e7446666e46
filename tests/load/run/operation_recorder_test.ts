import { assertEquals } from "@std/assert";
import type { OperationResult } from "../../../src/load/operation_result.ts";
import {
  addRecorderState,
  OperationRecorder,
  recorderState,
} from "../../../src/load/run/operation_recorder.ts";
import { steadyResults } from "../../../src/load/run/steady_results.ts";
import { rowsOf } from "../../../src/load/scenario/placed_steps.ts";
import { operations as scenarioOperations } from "../scenarios.ts";

Deno.test("percentiles of all operations are those of all their times", () => {
  const fast = new OperationRecorder("fast");
  const slow = new OperationRecorder("slow");
  for (let i = 0; i < 990; i++) fast.serviceTime.record(1);
  for (let i = 0; i < 10; i++) slow.serviceTime.record(1000);
  const { all } = steadyResults(
    [fast, slow],
    "closed",
    1000,
    rowsOf(scenarioOperations("fast", "slow")),
  );
  // The mean of both p99 would be 500.
  assertEquals(all.latency.p99, 1);
  assertEquals(all.latency.max, 1000);
});

Deno.test("parts of a response time are those of all requests, and null where nobody knows them", () => {
  const flow = new OperationRecorder("buy");
  const step = new OperationRecorder("buy/pay");
  const other = new OperationRecorder("wait");
  step.parts.record({ connectMs: 3, firstByteMs: 10, restMs: 0 });
  step.parts.record({ firstByteMs: 20, restMs: 1, tlsMs: NaN });
  // Workers send what they have recorded.
  const merged = new OperationRecorder("buy/pay");
  addRecorderState(merged, recorderState(step));
  const { all, operations } = steadyResults(
    [flow, merged, other],
    "closed",
    1000,
    rowsOf([
      { name: "buy", steps: [{ name: "pay", driver: "any", request: {} }] },
      ...scenarioOperations("wait"),
    ]),
  );
  const maxima = (
    { connectTime, tlsTime, firstByteTime, restTime }: OperationResult,
  ) =>
    [connectTime, tlsTime, firstByteTime, restTime]
      .map((times) => times && [times.count, times.max]);
  const known = [[1, 3], null, [2, 20], [2, 1]];
  const nothing = [null, null, null, null];
  assertEquals(operations.map(maxima), [nothing, known, nothing]);
  assertEquals(maxima(all), known);
});

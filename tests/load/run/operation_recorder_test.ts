import { assertEquals } from "@std/assert";
import {
  OperationRecorder,
  steadyResults,
} from "../../../src/load/run/operation_recorder.ts";

Deno.test("percentiles of all operations are those of all their times", () => {
  const fast = new OperationRecorder("fast");
  const slow = new OperationRecorder("slow");
  for (let i = 0; i < 990; i++) fast.serviceTime.record(1);
  for (let i = 0; i < 10; i++) slow.serviceTime.record(1000);
  const { all } = steadyResults([fast, slow], "closed", 1000);
  // The mean of both p99 would be 500.
  assertEquals(all.latency.p99, 1);
  assertEquals(all.latency.max, 1000);
});

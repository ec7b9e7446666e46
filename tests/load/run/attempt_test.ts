import { assertEquals } from "@std/assert";
import { Attempt } from "../../../src/load/run/attempt.ts";
import { compileOperations } from "../../../src/load/run/compiled_operation.ts";
import { planStages } from "../../../src/load/run/stage_plan.ts";
import { TestDriver } from "../../support/load_drivers.ts";

const [operation] = compileOperations(
  {
    name: "One operation",
    load: { model: "closed", users: 1 },
    phases: { steadyMs: 1000 },
    operations: [{ name: "ask", driver: "test", request: {} }],
  },
  { test: new TestDriver() },
  {},
);
const [stage] = planStages({
  load: { model: "closed", users: 1 },
  phases: { steadyMs: 1000 },
});
if (operation === undefined || stage === undefined) {
  throw new Error("No operation was compiled");
}

Deno.test("an attempt takes its latency from the planned start, its service time from the real one", () => {
  const attempt = new Attempt(operation, stage, 100);
  attempt.startedAt = 130;
  attempt.end("ok", 150, {}, undefined);
  assertEquals([attempt.latencyMs, attempt.serviceMs], [50, 20]);
});

Deno.test("an attempt without a planned start takes both times from the real one", () => {
  const attempt = new Attempt(operation, stage, undefined);
  attempt.startedAt = 130;
  attempt.end("ok", 150, {}, undefined);
  assertEquals([attempt.latencyMs, attempt.serviceMs], [20, 20]);
});

Deno.test("an attempt has the latency that its outcome reports, if that is a finite number", () => {
  const attempt = new Attempt(operation, stage, 100);
  attempt.startedAt = 130;
  attempt.end("ok", 150, { latencyMs: 7 }, undefined);
  assertEquals([attempt.latencyMs, attempt.serviceMs], [7, 7]);
  attempt.end("ok", 150, { latencyMs: NaN }, undefined);
  assertEquals([attempt.latencyMs, attempt.serviceMs], [50, 20]);
});

Deno.test("an attempt that is released keeps nothing of what the driver returned", () => {
  const attempt = new Attempt(operation, stage, undefined);
  attempt.end("failed", 1, { body: "large" }, new Error("no"));
  attempt.release();
  assertEquals([attempt.outcome, attempt.error], [undefined, undefined]);
  assertEquals(attempt.ending, "failed");
});

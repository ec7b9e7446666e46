import { assertEquals } from "@std/assert";
import { resolvePhases } from "../../../src/load/run/phases.ts";
import { loadPhases, verdictOf } from "../../../src/load/run/verdict.ts";

Deno.test("an aborted run is not called invalid, nor an invalid one failed", () => {
  const aborted = "SIGINT";
  const invalid = ["late"];
  const broken = ["errorRate must be below 0.1, but it is 0.5."];
  assertEquals(verdictOf({ aborted, invalid, broken }), {
    verdict: "aborted",
    reasons: [aborted, ...invalid],
  });
  assertEquals(verdictOf({ aborted: undefined, invalid, broken }), {
    verdict: "invalid",
    reasons: invalid,
  });
  assertEquals(verdictOf({ aborted: undefined, invalid: [], broken }), {
    verdict: "failed",
    reasons: broken,
  });
  assertEquals(verdictOf({ aborted: undefined, invalid: [], broken: [] }), {
    verdict: "passed",
    reasons: [],
  });
});

Deno.test("each phase is reported with its real duration", () => {
  const phases = resolvePhases({
    load: { model: "closed", users: 1 },
    phases: { rampUpMs: 100, steadyMs: 200 },
    operations: [],
  });
  const reported = (durationMs: number) =>
    loadPhases(phases, 10, durationMs).map((
      { name, startedMs, durationMs },
    ) => [name, startedMs, durationMs]);
  assertEquals(reported(50), [["ramp_up", 10, 50]]);
  assertEquals(reported(350), [
    ["ramp_up", 10, 100],
    ["steady", 110, 200],
    ["ramp_down", 310, 50],
  ]);
});

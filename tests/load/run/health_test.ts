import { assertEquals, assertStringIncludes } from "@std/assert";
import { type HealthFacts, judgeHealth } from "../../../src/load/run/health.ts";
import type { DistributionSummary } from "../../../src/metrics/snapshot.ts";
import { Distribution } from "../../../src/metrics/distribution.ts";

function times(ms: number): DistributionSummary {
  const distribution = new Distribution();
  distribution.record(ms);
  return distribution.summary();
}

Deno.test("a generator is unhealthy when it is late, or busy while there is a schedule", () => {
  const well: HealthFacts = {
    threads: 1,
    hasSchedule: true,
    isOpen: true,
    lag: times(1),
    eventLoopDelay: times(1),
    cpuCores: 0.5,
    workPerOperationMs: 0.1,
    serviceTimeP50Ms: 15,
  };
  const faults = (facts: Partial<HealthFacts>, limits = {}) => {
    const { reasons, warnings } = judgeHealth({ ...well, ...facts }, limits);
    return [reasons.length, warnings.length];
  };
  assertEquals(faults({}), [0, 0]);
  assertEquals(faults({ lag: times(30) }), [1, 0]);
  // A tenth of what operations take is no harm.
  assertEquals(faults({ lag: times(30), serviceTimeP50Ms: 400 }), [0, 0]);
  assertEquals(faults({ lag: times(30) }, { lagP99Ms: 50 }), [0, 1]);
  assertEquals(faults({ eventLoopDelay: times(150) }), [1, 0]);
  assertEquals(faults({ cpuCores: 1 }), [1, 0]);
  assertEquals(faults({ cpuCores: 1, hasSchedule: false }), [0, 1]);
  assertEquals(faults({ cpuCores: null }), [0, 0]);
});

const well: HealthFacts = {
  threads: 1,
  hasSchedule: true,
  isOpen: true,
  lag: times(0.05),
  eventLoopDelay: times(1),
  cpuCores: 0.2,
  workPerOperationMs: 0.1,
  serviceTimeP50Ms: 1,
};

Deno.test("a generator that is late says whether it was busy itself", () => {
  const reason = (facts: Partial<HealthFacts>) =>
    judgeHealth({ ...well, lag: times(30), ...facts }).reasons.join();
  const smaller = "(the limit is 20.0 ms): plan a smaller load.";
  assertStringIncludes(reason({ cpuCores: 0.9 }), smaller);
  assertStringIncludes(reason({ cpuCores: null }), smaller);
  assertStringIncludes(
    reason({ cpuCores: 0.12 }),
    "it kept only 0.12 cores busy, so others had the machine",
  );
});

function warningsOf(facts: Partial<HealthFacts>): string {
  const { reasons, warnings } = judgeHealth({ ...well, ...facts });
  assertEquals(reasons, []);
  return warnings.join();
}

Deno.test("a generator that starts half of the operations late says how much of the latency that is", () => {
  assertEquals(warningsOf({}), "");
  assertStringIncludes(
    warningsOf({ lag: times(1.4), serviceTimeP50Ms: 0.5 }),
    "Half of the operations started more than 1.4 ms late, and the median service time is 0.5 ms",
  );
  // A tenth of what operations take, and what nobody can measure, are no harm.
  assertEquals(warningsOf({ lag: times(1.4), serviceTimeP50Ms: 14 }), "");
  const fast = { serviceTimeP50Ms: 0.3, workPerOperationMs: 0.01 };
  assertEquals(warningsOf({ ...fast, lag: times(0.1) }), "");
  // In the closed model latencies count from the real start.
  assertEquals(warningsOf({ lag: times(1.4), isOpen: false }), "");
});

Deno.test("a generator whose own work is much of the median service time says so, on shared cores too", () => {
  const own = "much of the times is its own";
  // One operation at a time: a quarter of its time is work of the generator.
  assertStringIncludes(warningsOf({ workPerOperationMs: 0.25 }), own);
  assertEquals(warningsOf({ workPerOperationMs: 0.15 }), "");
  // Ten at a time, on a core that others need as well: responses wait.
  const shared = { hasSchedule: false, cpuCores: 0.85 };
  assertStringIncludes(
    warningsOf({ ...shared, workPerOperationMs: 0.09 }),
    own,
  );
  assertEquals(warningsOf({ ...shared, workPerOperationMs: 0.03 }), "");
  assertEquals(warningsOf({ workPerOperationMs: null }), "");
  assertEquals(warningsOf({ serviceTimeP50Ms: null }), "");
});

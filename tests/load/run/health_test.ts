import { assertEquals } from "@std/assert";
import { type HealthFacts, judgeHealth } from "../../../src/load/run/health.ts";
import { Distribution } from "../../../src/metrics/distribution.ts";

Deno.test("a generator is unhealthy when it is late, or busy while there is a schedule", () => {
  const times = (ms: number) => {
    const distribution = new Distribution();
    distribution.record(ms);
    return distribution.summary();
  };
  const well: HealthFacts = {
    hasSchedule: true,
    lag: times(1),
    eventLoopDelay: times(1),
    cpuCores: 0.5,
    serviceTimeP50Ms: 5,
  };
  const faults = (facts: Partial<HealthFacts>, limits = {}) => {
    const { reasons, warnings } = judgeHealth({ ...well, ...facts }, limits);
    return [reasons.length, warnings.length];
  };
  assertEquals(faults({}), [0, 0]);
  assertEquals(faults({ lag: times(30) }), [1, 0]);
  // A tenth of what operations take is no harm.
  assertEquals(faults({ lag: times(30), serviceTimeP50Ms: 400 }), [0, 0]);
  assertEquals(faults({ lag: times(30) }, { lagP99Ms: 50 }), [0, 0]);
  assertEquals(faults({ eventLoopDelay: times(150) }), [1, 0]);
  assertEquals(faults({ cpuCores: 1 }), [1, 0]);
  assertEquals(faults({ cpuCores: 1, hasSchedule: false }), [0, 1]);
  assertEquals(faults({ cpuCores: null }), [0, 0]);
});

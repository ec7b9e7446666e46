import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { BottleneckAnalyzer } from "../../src/profile/bottleneck_analyzer.ts";
import type {
  BottleneckMeasurements,
  BottleneckReport,
  PerformanceTargets,
} from "../../src/profile/bottleneck_report.ts";
import { CpuProfile } from "../../src/profile/cpu_profile.ts";
import { profileOf } from "./cpu_profiles.ts";
import { always, loadOf, serviceOf } from "./measurements.ts";
import { assertNear } from "./near.ts";

const fast = new BottleneckAnalyzer({ latencyP99Ms: 10 });

/** What a report says of one number. */
function evidence(report: BottleneckReport, name: string): number | undefined {
  const { evidence = [] } = report.findings[0] ?? {};
  return evidence.find((entry) => entry.name === name)?.value;
}

Deno.test("no bottleneck is found when every target is met", () => {
  const analyzer = new BottleneckAnalyzer({
    latencyP99Ms: 200,
    throughputPerSecond: 100,
  });
  const report = analyzer.analyze({
    load: loadOf(),
    service: serviceOf({ cpuCores: 1 }),
  });
  assertEquals([report.verdict, report.findings], ["none", []]);
  assertStringIncludes(report.summary, "No bottleneck was found");
});

Deno.test("an unhealthy generator is the bottleneck, and nothing is said about the service", () => {
  const report = fast.analyze({
    load: loadOf({ reasons: ["Timers were late."] }),
    service: serviceOf({ cpuCores: 1 }),
  });
  assertEquals(report.verdict, "generator");
  assertEquals(report.findings.map(({ resource }) => resource), ["generator"]);
  assertEquals(report.findings[0]?.message, "Timers were late.");
});

Deno.test("a busy CPU is found, with the CPU time of an operation", () => {
  const report = fast.analyze({
    load: loadOf(),
    service: serviceOf({ cpuCores: 0.95 }),
  });
  const [first] = report.findings;
  assertEquals([first?.resource, first?.severity], ["cpu", "critical"]);
  assertEquals(first?.effort, null);
  assertNear(evidence(report, "CPU time of an operation"), 9.5);
  assertNear(evidence(report, "throughput at full utilisation"), 100 / 0.95);
  assertEquals(first?.gain?.throughputFactor, 2);
});

Deno.test("a profile shows how much must change, and the gain", () => {
  const profile = new CpuProfile(
    profileOf(["main parse", "main parse", "main parse", "main"]),
  ).report();
  const [first] = fast.analyze({
    load: loadOf(),
    service: serviceOf({ cpuCores: 0.95 }),
    profile,
  }).findings;
  assertEquals(first?.effort, { level: "small", count: 2, of: "functions" });
  assertEquals(first?.gain?.change, "If parse itself took no time");
  assertEquals(first?.gain?.throughputFactor, 4);
});

Deno.test("in the open model, less work also means shorter waits", () => {
  const [first] = fast.analyze({
    load: loadOf({
      load: { model: "open", arrivalsPerSecond: 100, maxUsers: 1000 },
    }),
    service: serviceOf({ cpuCores: 0.9 }),
    profile: new CpuProfile(profileOf(["parse", "main"])).report(),
  }).findings;
  // Half of the service time, at 45 instead of 90 %: 2 · 0.55 / 0.1.
  assertNear(first?.gain?.latencyFactor, 11);
});

Deno.test("a service with several cores is not busy when it uses one", () => {
  const report = fast.analyze({
    load: loadOf({ latencyMs: 15 }),
    service: serviceOf({ cpuCores: 1 }),
    availableCores: 4,
  });
  assert(report.findings.every(({ resource }) => resource !== "cpu"));
});

Deno.test("mailboxes in which operations wait are found, by Little's law", () => {
  const report = fast.analyze({
    load: loadOf(),
    service: serviceOf({ mailbox: () => 8 }),
  });
  const [first] = report.findings;
  assertEquals([first?.resource, first?.name], [
    "queue",
    "mailboxes of orders",
  ]);
  assertNear(evidence(report, "wait by Little's law"), 80);
  assertNear(evidence(report, "share of the latency"), 0.8);
  assertEquals(first?.severity, "high");
});

Deno.test("mailboxes that keep growing are critical", () => {
  const report = fast.analyze({
    load: loadOf(),
    service: serviceOf({ mailbox: (second) => 2 * second }),
  });
  assertEquals(report.findings[0]?.severity, "critical");
  assertNear(evidence(report, "growth"), 2);
});

Deno.test("a busy CPU comes before the queues that it fills", () => {
  const report = fast.analyze({
    load: loadOf(),
    service: serviceOf({ cpuCores: 1, mailbox: (second) => 5 * second }),
  });
  assertEquals(report.findings.map(({ resource }) => resource), [
    "cpu",
    "queue",
  ]);
});

Deno.test("a service that waits without being busy waits for something downstream", () => {
  const report = fast.analyze({ load: loadOf(), service: serviceOf() });
  const [first] = report.findings;
  assertEquals([first?.resource, first?.severity], ["downstream", "critical"]);
  assertNear(evidence(report, "unexplained"), 99);
});

Deno.test("the slowest stage is found instead of something downstream", () => {
  const report = fast.analyze({
    load: loadOf(),
    service: serviceOf(),
    stages: [
      { name: "parse", latency: always(1) },
      { name: "query", latency: always(40), visits: 2 },
    ],
  });
  assertEquals(report.findings.map(({ name }) => name), ["query"]);
  assertNear(evidence(report, "share"), 0.8);
  assertNear(report.findings[0]?.gain?.latencyFactor, 5);
  assertEquals(report.findings[0]?.effort?.count, 1);
});

Deno.test("a thread that is blocked without a busy CPU is found", () => {
  const report = fast.analyze({
    load: loadOf(),
    service: serviceOf({ cpuCores: 0.5, loopDelayMs: 95 }),
  });
  assertEquals(report.findings[0]?.resource, "event_loop");
  assertEquals(report.findings[0]?.severity, "critical");
});

Deno.test("failures come first if most operations fail", () => {
  const analyzer = new BottleneckAnalyzer({ errorRate: 0.01 });
  const report = analyzer.analyze({
    load: loadOf({ failed: 3000 }),
    service: serviceOf({ cpuCores: 1 }),
  });
  const [first] = report.findings;
  assertEquals([first?.resource, first?.severity], ["errors", "critical"]);
  assertStringIncludes(first?.message ?? "", "It broke");
  assertNear(first?.gain?.throughputFactor, 4);
});

Deno.test("users that are too few for the load, however fast the service is, come first", () => {
  const analyzer = new BottleneckAnalyzer({ latencyMeanMs: 50, dropRate: 0 });
  const [first] = analyzer.analyze({
    load: loadOf({
      load: { model: "open", arrivalsPerSecond: 1000, maxUsers: 20 },
      perSecond: 400,
      latencyMs: 45,
      dropped: 6000,
    }),
    service: serviceOf({ cpuCores: 1 }),
  }).findings;
  assertEquals(first?.resource, "users");
  assertStringIncludes(first?.message ?? "", "50.0 are busy at the same time");
});

Deno.test("a missed target that no measurement explains is unknown", () => {
  const report = fast.analyze({ load: loadOf() });
  assertEquals([report.verdict, report.findings], ["unknown", []]);
  assertStringIncludes(report.summary, "latencyP99Ms is missed");
});

Deno.test("a target that was not measured does not count as met", () => {
  const report = fast.analyze({});
  assertEquals(report.verdict, "unknown");
  assertEquals(report.targets, [{
    target: "latencyP99Ms",
    limit: 10,
    actual: null,
    holds: null,
  }]);
});

Deno.test("snapshots of other phases do not count", () => {
  const idle = serviceOf({ cpuCores: 0 })
    .map((snapshot) => ({ ...snapshot, atMs: snapshot.atMs + 60_000 }));
  const report = fast.analyze({
    load: loadOf(),
    service: [...serviceOf({ cpuCores: 0.95 }), ...idle],
  });
  assertNear(evidence(report, "busy"), 0.95);
});

Deno.test("a number that the platform does not provide is not used as evidence", () => {
  const report = fast.analyze({
    load: loadOf(),
    service: serviceOf({ cpuCores: null }),
  });
  assertEquals(report.verdict, "unknown");
  assert(report.evidence.every(({ name }) => name !== "processor"));
});

for (
  const [what, targets, error] of [
    ["no targets", {}, TypeError],
    ["a target that is not known", { latency: 3 }, TypeError],
    ["a target below 0", { latencyP99Ms: -1 }, RangeError],
    ["a target that is no number", { errorRate: NaN }, RangeError],
  ] as const
) {
  Deno.test(`${what} cannot be analyzed`, () => {
    // As a program without types does.
    assertThrows(() => Reflect.construct(BottleneckAnalyzer, [targets]), error);
  });
}

Deno.test("an analysis without cores is refused", () => {
  assertThrows(() => fast.analyze({ availableCores: 0 }), RangeError);
});

/** Any number that a measurement may hold, and some that it should not. */
const number = fc.oneof(
  fc.double(),
  fc.double({ min: 0, max: 1e6, noNaN: true }),
  fc.constantFrom(0, 1, 1e-300, 1e300, -1),
);

const measurements: fc.Arbitrary<BottleneckMeasurements> = fc.record({
  perSecond: number,
  latencyMs: number,
  failed: number,
  dropped: number,
  cpuCores: fc.option(number),
  loopDelayMs: number,
  depths: fc.array(number, { minLength: 10, maxLength: 10 }),
  stage: number,
  arrivals: number,
  open: fc.boolean(),
  availableCores: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
}).map((sketch) => ({
  load: loadOf({
    ...sketch,
    load: sketch.open
      ? {
        model: "open",
        arrivalsPerSecond: sketch.arrivals,
        maxUsers: sketch.stage,
      }
      : { model: "closed", users: sketch.arrivals },
  }),
  service: serviceOf({
    ...sketch,
    mailbox: (second) => sketch.depths[second] ?? 0,
  }),
  availableCores: sketch.availableCores,
  stages: [
    { name: "a", latency: { mean: sketch.stage } },
    { name: "b", latency: { mean: sketch.latencyMs }, visits: sketch.failed },
  ],
}));

const targets: PerformanceTargets = {
  throughputPerSecond: 1e9,
  latencyMeanMs: 1,
  errorRate: 0,
};

Deno.test("no measurements make a number of a finding NaN or infinite, or a gain a loss", () => {
  const analyzer = new BottleneckAnalyzer(targets);
  fc.assert(
    fc.property(measurements, (measurements) => {
      const report = analyzer.analyze(measurements);
      // JSON has null for what is not finite.
      assertEquals(JSON.parse(JSON.stringify(report)), report);
      for (const { gain, evidence } of report.findings) {
        assert((gain?.throughputFactor ?? 1) >= 1);
        assert((gain?.latencyFactor ?? 1) >= 1);
        assert(evidence.every(({ value }) => Number.isFinite(value)));
      }
    }),
    { numRuns: 500 },
  );
});

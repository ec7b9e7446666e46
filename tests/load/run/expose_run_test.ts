// What Prometheus reads of a run are the numbers of its result.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { functionDriver } from "../../../src/load/drivers/function.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import type { OperationResult } from "../../../src/load/operation_result.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import { exposeRun, phaseNow } from "../../../src/load/run/expose_run.ts";
import { readSources } from "../../../src/metrics/live_samples.ts";
import { resolvePhases } from "../../../src/load/run/phases.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { MetricsCollector } from "../../../src/metrics/collector.ts";
import { countsUpTo, Distribution } from "../../../src/metrics/distribution.ts";
import { serveMetrics } from "../../../src/metrics/serve_metrics.ts";
import { ANY_MACHINE } from "../../support/load_drivers.ts";
import { bounded } from "../../support/net.ts";
import {
  parseOpenMetrics,
  type ReadFamily,
} from "../../metrics/openmetrics_parser.ts";
import { promtoolSays, withPromtool } from "../../metrics/promtool.ts";
import workerDrivers from "./modules/worker_drivers.ts";

const drivers = {
  ...workerDrivers,
  function: functionDriver({
    good: () => Promise.resolve({ latencyMs: 5 }),
    bad: () => Promise.reject(new Error("no")),
    hang: () => new Promise(() => {}),
  }),
};

function step(name: string, call: string, timeoutMs = 1000) {
  return { name, driver: "function", request: { function: call }, timeoutMs };
}

const scenario: Scenario = {
  name: 'a "quoted" \\ scenario',
  load: { model: "open", arrivalsPerSecond: 300, maxUsers: 5 },
  phases: { rampUpMs: 200, steadyMs: 300, drainTimeoutMs: 20 },
  operations: [
    step("get", "good"),
    step("break", "bad"),
    step("stall", "hang", 50),
    {
      name: "shop",
      steps: [
        step("login", "good"),
        { name: "fill", repeat: 2, steps: [step("add", "bad")] },
        step("order", "good"),
      ],
    },
  ],
};

/** What somebody who scrapes gets, also for a linter. */
async function scrape(
  fetch: (request: Request) => Promise<Response>,
): Promise<{ families: ReadFamily[]; text: string }> {
  const of = async (accept: string) => {
    const request = new Request("http://127.0.0.1/metrics", {
      headers: { accept },
    });
    return await (await fetch(request)).text();
  };
  return {
    families: parseOpenMetrics(await of("application/openmetrics-text")),
    text: await of("text/plain"),
  };
}

/** The samples of a run by name and labels, without the name of its scenario. */
function valuesOf(families: readonly ReadFamily[]): Map<string, number> {
  return new Map(
    families.filter(({ name }) => name.startsWith("troupe_load_"))
      .flatMap(({ samples }) => samples)
      .map(({ name, labels, value }) => {
        const { scenario: _, ...others } = labels;
        return [`${name} ${Object.values(others).join(" ")}`.trim(), value];
      }),
  );
}

/** What a scrape must have of an operation, or of a step of a flow. */
function expectedOf(
  labels: string,
  { accounting, latency }: OperationResult,
): [string, number][] {
  const name = "troupe_load_operations";
  return [
    [`${name}_planned_total ${labels} steady`, accounting.planned],
    [`${name}_started_total ${labels} steady`, accounting.started],
    [`${name}_dropped_total ${labels} steady`, accounting.dropped],
    [`${name}_ended_total ${labels} steady ok`, accounting.ok],
    [`${name}_ended_total ${labels} steady failed`, accounting.failed],
    [`${name}_ended_total ${labels} steady timed_out`, accounting.timedOut],
    [
      `${name}_ended_total ${labels} steady interrupted`,
      accounting.interrupted,
    ],
    [`troupe_load_latency_seconds_count ${labels}`, accounting.ok],
    [`troupe_load_latency_seconds_sum ${labels}`, latency.sum / 1000],
    [`troupe_load_latency_seconds_bucket ${labels} +Inf`, accounting.ok],
  ];
}

function assertSame(values: Map<string, number>, result: LoadResult): void {
  const flows = ["shop"];
  for (const operation of result.operations) {
    const { name } = operation;
    const flow = flows.find((flow) => name.startsWith(`${flow}/`));
    const labels = flow === undefined
      ? name
      : `${flow} ${name.slice(flow.length + 1)}`;
    for (const [series, value] of expectedOf(labels, operation)) {
      assertEquals(values.get(series), value, series);
    }
  }
  // Of operations and flows, in all phases; steps are a part of their flows.
  const tops = result.scenario.operations.map(({ name }) => name);
  const total = (of: string, end = "") =>
    tops.flatMap((name) =>
      ["steady", "other"].map((phase) =>
        values.get(`troupe_load_operations_${of}_total ${name} ${phase}${end}`)
      )
    ).reduce((sum: number, value) => sum + (value ?? NaN), 0);
  const { planned, started, dropped, ok, failed, timedOut, interrupted } =
    result.total;
  assertEquals(
    [total("planned"), total("started"), total("dropped")],
    [planned, started, dropped],
  );
  assertEquals(
    ["ok", "failed", "timed_out", "interrupted"]
      .map((outcome) => total("ended", ` ${outcome}`)),
    [ok, failed, timedOut, interrupted],
  );
}

Deno.test(
  "a scrape after a run has the numbers of its result, for each operation and step",
  bounded,
  async () => {
    await using collector = new MetricsCollector();
    await using metrics = serveMetrics(collector);
    collector.collect();
    const manager = new LoadTestManager({
      drivers,
      collector,
      health: ANY_MACHINE,
    });
    let during: Map<string, number> | undefined;
    const result = await manager.run(scenario, {
      async prepare() {
        during = valuesOf((await scrape(metrics.fetch)).families);
      },
    });
    // Rates count from the first operation on.
    assertEquals(
      during?.get("troupe_load_operations_ended_total get steady ok"),
      0,
    );
    assertEquals(during?.get("troupe_load_phase prepare"), 1);
    const { families } = await scrape(metrics.fetch);
    const values = valuesOf(families);
    assertSame(values, result);
    assert(result.total.timedOut > 0 && result.total.failed > 0);
    assertEquals(values.get("troupe_load_users"), 0);
    assertEquals(values.get("troupe_load_operations_in_flight"), 0);
    assertEquals(values.get("troupe_load_phase cleanup"), 0);
    const [planned] = families.filter(({ name }) =>
      name === "troupe_load_operations_planned"
    );
    assertEquals(planned?.samples[0]?.labels.scenario, scenario.name);
    // Only what has a planned start has a second time.
    const times = [...values.keys()].filter((key) =>
      key.startsWith("troupe_load_service_time_seconds_count")
    );
    assertEquals(times.length, scenario.operations.length);
  },
);

Deno.test(
  "promtool accepts the operations of a run",
  { ...bounded, ...withPromtool },
  async () => {
    await using collector = new MetricsCollector();
    await using metrics = serveMetrics(collector);
    collector.collect();
    await new LoadTestManager({ drivers, collector }).run(scenario);
    const { text } = await scrape(metrics.fetch);
    assert(text.includes("troupe_load_latency_seconds_bucket"));
    assertEquals(await promtoolSays(text), "0 ");
  },
);

Deno.test(
  "a scrape has the operations of all threads of a run",
  bounded,
  async () => {
    await using collector = new MetricsCollector();
    await using metrics = serveMetrics(collector);
    collector.collect();
    const manager = new LoadTestManager({
      drivers: workerDrivers,
      collector,
      health: ANY_MACHINE,
    });
    const module = new URL("./modules/worker_drivers.ts", import.meta.url);
    const result = await manager.run({
      name: "threads",
      load: {
        model: "closed",
        users: 4,
        thinkTime: { distribution: "constant", ms: 1 },
      },
      phases: { steadyMs: 300 },
      operations: [
        { name: "note", driver: "own", request: { function: "nothing" } },
      ],
    }, { workers: 2, driversModule: module });
    assertEquals(result.workers.length, 2);
    assert(result.total.ok > 0);
    assertSame(valuesOf((await scrape(metrics.fetch)).families), result);
  },
);

Deno.test("snapshots have no operations of a run, which would be many to keep", async () => {
  await using collector = new MetricsCollector();
  await new LoadTestManager({ drivers, collector }).run(scenario);
  assertEquals(collector.collect().instruments, []);
});

Deno.test("a run is in one phase after another, and in none when it is over", () => {
  const phases = resolvePhases({
    ...scenario,
    phases: { rampUpMs: 10, steadyMs: 20, rampDownMs: 5 },
  });
  const load = {
    startedMs: 100,
    now: () => ({ recorders: [], users: 0, inFlight: 0 }),
  };
  const done = [{ name: "prepare" as const }];
  const at = (elapsedMs: number) => phaseNow({ load, done, phases, elapsedMs });
  assertEquals([at(100), at(115), at(131)], ["ramp_up", "steady", "ramp_down"]);
  const over = { load, phases, elapsedMs: 200 };
  assertEquals(phaseNow({ ...over, load: undefined, done: [] }), "prepare");
  assertEquals(phaseNow({ ...over, load: undefined, done }), "cleanup");
  const steady = { name: "steady" as const };
  assertEquals(phaseNow({ ...over, done: [...done, steady] }), "cleanup");
  const cleanup = { name: "cleanup" as const };
  assertEquals(phaseNow({ ...over, done: [...done, cleanup] }), undefined);
});

Deno.test("the stage that a load is in is 1, and all others are 0", async () => {
  const staged: Scenario = {
    ...scenario,
    load: {
      model: "open",
      maxUsers: 5,
      stages: [
        { name: "warm", durationMs: 100, warmUp: true, arrivalsPerSecond: 1 },
        { name: "full", durationMs: 200, arrivalsPerSecond: 2 },
      ],
    },
    phases: {},
  };
  const phases = resolvePhases(staged);
  const load = {
    startedMs: 50,
    now: () => ({ recorders: [], users: 0, inFlight: 0 }),
  };
  await using collector = new MetricsCollector();
  const at = (elapsedMs: number, ...done: ("prepare" | "cleanup")[]) => {
    const over = done.map((name) => ({ name }));
    exposeRun(
      collector,
      staged,
      () => ({ load, done: over, phases, elapsedMs }),
    );
    return readSources(collector).flatMap((sample) =>
      sample.name === "troupe.load.stage" && sample.type === "gauge"
        ? [`${sample.labels.stage} ${sample.value}`]
        : []
    );
  };
  assertEquals(at(60, "prepare"), ["warm 1", "full 0"]);
  assertEquals(at(150, "prepare"), ["warm 0", "full 1"]);
  assertEquals(at(351, "prepare"), ["warm 0", "full 0"]);
  assertEquals(at(60), ["warm 0", "full 0"]);
  assertEquals(at(60, "prepare", "cleanup"), ["warm 0", "full 0"]);
});

Deno.test("the buckets of a distribution count each value up to their bound, within three digits", () => {
  const bounds = [0.1, 0.25, 1, 5, 10, 100, 1000, 30_000];
  const values = fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), {
    maxLength: 200,
  });
  fc.assert(fc.property(values, (values) => {
    const distribution = new Distribution();
    for (const value of values) distribution.record(value);
    const upTo = (bound: number) =>
      values.filter((value) => value <= bound).length;
    countsUpTo(distribution, bounds).forEach((count, index) => {
      const bound = bounds[index] ?? NaN;
      assert(count >= upTo(bound), `${count} at ${bound}`);
      assert(count <= upTo(bound * 1.001 + 0.001), `${count} at ${bound}`);
    });
  }));
});

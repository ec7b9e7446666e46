// Prometheus scrapes a run while it goes on, and has what its result has.
import { assert, assertEquals } from "@std/assert";
import type { LoadResult } from "../../../src/load/result.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { bounded } from "../../support/net.ts";
import {
  freePort,
  Prometheus,
  withPrometheus,
} from "../../metrics/prometheus.ts";
import { Command, shortScenario } from "./command.ts";

const url = "http://127.0.0.1:${target.port}/";
const wrong = [{ field: "status", is: "equal", value: 500 }] as const;

const scenario: Scenario = {
  ...shortScenario(),
  operations: [
    { name: "get", driver: "http", request: { url } },
    { name: "break", driver: "http", request: { url }, checks: wrong },
    {
      name: "shop",
      steps: [
        { name: "login", driver: "http", request: { url } },
        { name: "pay", driver: "http", request: { url }, checks: wrong },
        { name: "leave", driver: "http", request: { url } },
      ],
    },
  ],
  criteria: [{ metric: "errorRate", is: "at_most", value: 1 }],
};

/** The accounting of a result, by the outcomes of metrics. */
const OUTCOMES = [
  ["ok", "ok"],
  ["failed", "failed"],
  ["timed_out", "timedOut"],
  ["interrupted", "interrupted"],
] as const;

Deno.test(
  "Prometheus scrapes a run while it goes on, and has the counts of its result at the end",
  { ...bounded, ...withPrometheus },
  async () => {
    const port = freePort();
    await using prometheus = await Prometheus.start(port);
    await using command = new Command();
    const path = command.write("scraped.json", scenario);
    const { code, stderr } = await command.run(
      ...[path, "--out", "out", "--page-port", String(port)],
      ...["--set", "phases.steadyMs=2000", "--scrape-wait-ms", "30000"],
    );
    assertEquals(code, 0, stderr);
    assert(!stderr.includes("were not scraped"), stderr);
    const result: LoadResult = JSON.parse(command.read("out/result.json"));

    // The page is gone, and with it the present.
    const last = async (selector: string) =>
      await prometheus.query(`last_over_time(${selector}[5m])`);
    const countOf = async (selector: string): Promise<number> => {
      const [series, ...others] = await last(selector);
      assertEquals(others, []);
      return series?.value ?? NaN;
    };
    for (const { name, accounting, latency, statuses } of result.operations) {
      const [operation = "", ...steps] = name.split("/");
      const of = `operation="${operation}",step="${steps.join("/")}"`;
      for (const [outcome, key] of OUTCOMES) {
        assertEquals(
          await countOf(
            `troupe_load_operations_ended_total{${of},phase="steady",outcome="${outcome}"}`,
          ),
          accounting[key],
          `${name} ${outcome}`,
        );
      }
      // A flow has no responses of its own, only its steps have.
      const responses = await last(
        `troupe_load_responses_total{${of},status="2xx"}`,
      );
      assertEquals(
        responses.map(({ value }) => value),
        name === "shop" ? [] : [statuses["2xx"] ?? 0],
      );
      for (const key of ["planned", "started", "dropped"] as const) {
        assertEquals(
          await countOf(
            `troupe_load_operations_${key}_total{${of},phase="steady"}`,
          ),
          accounting[key],
        );
      }
      assertEquals(
        await countOf(`troupe_load_latency_seconds_count{${of}}`),
        accounting.ok,
      );
      assertEquals(
        await countOf(`troupe_load_latency_seconds_sum{${of}}`),
        latency.sum / 1000,
      );
    }
    const [total] = await prometheus.query(
      `sum(last_over_time(troupe_load_operations_planned_total{step=""}[5m]))`,
    );
    assertEquals(total?.value, result.total.planned);

    // While it went on there was a rate, near that of the whole.
    const [rate] = await prometheus.query(
      `max_over_time(sum(rate(troupe_load_operations_ended_total{operation="get",outcome="ok"}[1m]))[5m:500ms])`,
    );
    assert((rate?.value ?? 0) > 0, `${rate?.value}`);
    const [steady] = await prometheus.query(
      `max_over_time(troupe_load_phase{phase="steady"}[5m])`,
    );
    assertEquals(steady?.value, 1);
    // As dashboards have it: the bucket of the median is that of the result.
    const [median] = await prometheus.query(
      `histogram_quantile(0.5, last_over_time(troupe_load_latency_seconds_bucket{operation="get",step=""}[5m]))`,
    );
    const p50 = result.operations[0]?.latency.p50 ?? NaN;
    const bounds = [0, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500];
    const above = bounds.findIndex((bound) => bound >= p50 * 0.998);
    assert((median?.value ?? 0) * 1000 >= (bounds[above - 1] ?? 0) * 0.99);
    assert((median?.value ?? 0) * 1000 <= (bounds[above + 1] ?? Infinity));
  },
);

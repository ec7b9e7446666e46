// With Deno's own OpenTelemetry, a receiver of OTLP has what the result has.
import { assert, assertEquals } from "@std/assert";
import type { LoadResult } from "../../../src/load/result.ts";
import { bounded } from "../../support/net.ts";
import { OtlpReceiver } from "../../support/otlp_receiver.ts";
import { Command, shortScenario } from "./command.ts";

const url = "http://127.0.0.1:${target.port}/";
const checks = [{ field: "status", is: "equal", value: 500 }] as const;

const scenario = {
  ...shortScenario(),
  name: "exported",
  operations: [
    { name: "get", driver: "http", request: { url } },
    { name: "break", driver: "http", request: { url }, checks },
  ],
  criteria: [],
};

const OUTCOMES = [
  ["ok", "ok"],
  ["failed", "failed"],
  ["timed_out", "timedOut"],
  ["interrupted", "interrupted"],
] as const;

function assertReceived(
  { series }: OtlpReceiver,
  { operations, total }: LoadResult,
): void {
  for (const { name, accounting, latency } of operations) {
    for (const [outcome, key] of OUTCOMES) {
      const labels =
        `operation=${name} outcome=${outcome} phase=steady scenario=exported`;
      const found = series.get(`troupe.load.operations.ended ${labels}`);
      assertEquals(found?.value, accounting[key], labels);
      assertEquals(
        [found?.kind, found?.isMonotonic, found?.temporality],
        ["sum", true, 2],
      );
    }
    const times = series.get(
      `troupe.load.latency operation=${name} scenario=exported`,
    );
    assertEquals(times?.value ?? 0, accounting.ok);
    if (times === undefined) continue;
    const { bucketCounts, explicitBounds, unit } = times;
    assertEquals([unit, explicitBounds[0]], ["s", 0.0001]);
    assertEquals(bucketCounts.length, explicitBounds.length + 1);
    const count = bucketCounts.reduce((sum, count) => sum + count, 0);
    assertEquals(count, accounting.ok);
    const wrongBy = Math.abs((times.sum ?? NaN) / latency.sum * 1000 - 1);
    assert(wrongBy < 0.002, `${wrongBy}`);
  }
  const planned = [...series].filter(([name]) =>
    name.startsWith("troupe.load.operations.planned ")
  ).reduce((sum, [, { value }]) => sum + value, 0);
  assertEquals(planned, total.planned);
  for (const [name, { description }] of series) {
    if (name.startsWith("troupe.")) assert(description !== "", name);
  }
}

for (const flags of [[], ["--no-page"]]) {
  Deno.test(
    `OTLP has the counts of the result at the end of a run ${
      flags.join() || "with a page"
    }`,
    bounded,
    async () => {
      await using receiver = new OtlpReceiver();
      await using command = new Command();
      Object.assign(command.env, receiver.env);
      const path = command.write("exported.json", scenario);
      const { code, stderr } = await command.run(
        ...[path, "--out", "out", "--set", "phases.steadyMs=500", ...flags],
      );
      assertEquals(code, 1, stderr);
      assertReceived(receiver, JSON.parse(command.read("out/result.json")));
    },
  );
}

Deno.test(
  "OTLP has the operations of a run while it goes on, and the process that makes them",
  bounded,
  async () => {
    await using receiver = new OtlpReceiver();
    await using command = new Command();
    Object.assign(command.env, receiver.env);
    command.env.OTEL_METRIC_EXPORT_INTERVAL = "100";
    const path = command.write("exported.json", scenario);
    command.start(path, "--json", "--set", "phases.steadyMs=60000");
    const steady = "troupe.load.phase phase=steady scenario=exported";
    const ok =
      "troupe.load.operations.ended operation=get outcome=ok phase=steady scenario=exported";
    await receiver.until(() =>
      receiver.series.get(steady)?.value === 1 &&
      (receiver.series.get(ok)?.value ?? 0) > 0 &&
      (receiver.series.get("process.memory.usage")?.value ?? 0) > 0
    );
    command.signal("SIGINT");
    const { code, stdout, stderr } = await command.ended();
    assertEquals(code, 4, stderr);
    assertReceived(receiver, JSON.parse(stdout));
    assertEquals(receiver.series.get(steady)?.value, 0);
  },
);

import { assertEquals, assertStringIncludes } from "@std/assert";
import { functionDriver } from "../../src/load/drivers/function.ts";
import { LoadTestManager } from "../../src/load/load_test_manager.ts";
import { BottleneckAnalyzer } from "../../src/profile/bottleneck_analyzer.ts";
import type { BottleneckReport } from "../../src/profile/bottleneck_report.ts";
import type { MetricsSnapshot } from "../../src/metrics/snapshot.ts";
import { ChildProcess } from "../support/child_process.ts";
import { ANY_MACHINE } from "../support/load_drivers.ts";
import { bounded } from "../support/net.ts";
import { isSlow } from "../support/slow.ts";

/** Loads the slow server in one of its ways, and analyzes it. */
async function analyze(way: string): Promise<BottleneckReport> {
  await using server = new ChildProcess("../profile/slow_server.ts");
  const port = await server.ask<number>("port");
  const get = async ({ signal }: { readonly signal: AbortSignal }) => {
    const url = `http://127.0.0.1:${port}/${way}`;
    const response = await fetch(url, { signal });
    await response.text();
    return { status: response.status };
  };
  const manager = new LoadTestManager({
    drivers: { function: functionDriver({ get }) },
    health: ANY_MACHINE,
  });
  const load = await manager.run({
    name: way,
    load: { model: "closed", users: 8 },
    phases: { rampUpMs: 200, steadyMs: 700 },
    operations: [{
      name: "get",
      driver: "function",
      request: { function: "get" },
    }],
  });
  return new BottleneckAnalyzer({ latencyP50Ms: 5 }).analyze({
    load,
    service: await server.ask<MetricsSnapshot[]>("snapshots"),
    queueGauges: ["waiting"],
    // As much as a machine gives that others keep busy.
    availableCores: 0.5,
  });
}

for (
  const [way, resource, name] of [
    ["cpu", "cpu", "cpu"],
    ["wait", "downstream", "downstream"],
    ["queue", "queue", "waiting"],
  ] as const
) {
  Deno.test(
    `the bottleneck of a real server that is slow by ${way} is found: ${resource}`,
    // What waits for a CPU that others have looks like one that waits.
    { ...bounded, ignore: way === "cpu" && !isSlow },
    async () => {
      const report = await analyze(way);
      const [first] = report.findings;
      const shown = JSON.stringify(report, null, 2);
      assertEquals(report.verdict, "found", shown);
      assertEquals([first?.resource, first?.name], [resource, name], shown);
      assertStringIncludes(report.summary, first?.message ?? "?");
    },
  );
}

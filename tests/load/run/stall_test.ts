import { assert, assertEquals } from "@std/assert";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { echoDriver, echoTarget } from "../../support/echo_driver.ts";
import { drive, TestDriver } from "../../support/load_drivers.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { bounded } from "../../support/net.ts";
import { isSlow } from "../../support/slow.ts";

const OPEN: Scenario["load"] = {
  model: "open",
  arrivalsPerSecond: 200,
  maxUsers: 200,
};
const CLOSED: Scenario["load"] = {
  model: "closed",
  users: 1,
  thinkTime: { distribution: "constant", ms: 2 },
};

/** A server that stands still for 300 ms in each second. */
function load(load: Scenario["load"]): Promise<LoadResult> {
  const manager = new LoadTestManager({ drivers: { echo: echoDriver } });
  return manager.run({
    name: "A server that stalls",
    target: echoTarget(1000, 300),
    load,
    phases: { steadyMs: 2500 },
    operations: [{
      name: "echo",
      driver: "echo",
      request: { port: "${target.port}" },
    }],
  });
}

/** What both models show of the same server. */
function assertStallsSeen(open: LoadResult, closed: LoadResult): void {
  for (const { total } of [open, closed]) {
    assertEquals(total.ok, total.planned);
  }
  // Three in ten arrive while the server stalls: the last of a hundred waits
  // nearly all of it.
  const p99 = open.steady.latency.p99 ?? 0;
  assert(p99 >= 250, `p99 of the open model is ${p99} ms`);
  const p90 = open.steady.latency.p90 ?? 0;
  assert(p90 >= 120, `p90 of the open model is ${p90} ms`);
  // Whoever waits asks nothing: two or three of hundreds saw a stall.
  const blind = closed.steady.latency.p90 ?? Infinity;
  assert(blind < 100, `p90 of the closed model is ${blind} ms`);
  assert((closed.steady.latency.max ?? 0) >= 250);
  assert(closed.warnings.some((text) => text.includes("hides stalls")));
}

Deno.test("the open model shows stalls in its p99, the closed one hardly", async () => {
  const runs = [OPEN, CLOSED].map((load) => {
    const clock = new ManualClock();
    const stalling = new TestDriver(() =>
      new Promise((resolve) => {
        const intoMs = clock.now() % 1000;
        const restMs = intoMs < 300 ? 300 - intoMs : 0;
        clock.schedule(restMs + 1, () => resolve({}));
      })
    );
    const manager = new LoadTestManager({ drivers: { stalling }, clock });
    const run = manager.run({
      name: "A server that stalls",
      load,
      phases: { steadyMs: 2500 },
      operations: [{ name: "ask", driver: "stalling", request: {} }],
    });
    return drive(clock, run, 1);
  });
  const [open, closed] = await Promise.all(runs);
  assert(open !== undefined && closed !== undefined);
  assertStallsSeen(open, closed);
});

Deno.test(
  "the open model shows a real server's stalls in its p99, the closed one hardly",
  { ...bounded, ignore: !isSlow },
  async () => {
    // At the same time, each on a server of its own: the machine is the same.
    const [open, closed] = await Promise.all([
      load(OPEN),
      load(CLOSED),
    ]);
    assertStallsSeen(open, closed);
  },
);

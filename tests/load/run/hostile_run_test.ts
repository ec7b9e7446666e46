import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { setImmediate } from "node:timers/promises";
import { ActorSystem } from "../../../src/actor/mod.ts";
import { functionDriver } from "../../../src/load/drivers/function.ts";
import { httpDriver } from "../../../src/load/drivers/http.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import { resultToText } from "../../../src/load/report/text_report.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { ANY_MACHINE } from "../../support/load_drivers.ts";
import { bounded } from "../../support/net.ts";

const scenario: Scenario = {
  name: "Hostile",
  load: { model: "closed", users: 1 },
  phases: { steadyMs: 200 },
  operations: [{
    name: "ask",
    driver: "function",
    request: { function: "ask" },
  }],
};
const drivers = {
  function: functionDriver({ ask: () => setImmediate({}) }),
};

/** Runs it with a target that is a shell script. */
function runWithTarget(script: string, steadyMs: number) {
  return new LoadTestManager({ drivers, health: ANY_MACHINE }).run({
    ...scenario,
    phases: { steadyMs },
    target: { command: "sh", args: ["-c", script], readyPattern: "ready" },
  });
}

Deno.test(
  "a target whose child holds its output does not hold up the end of a run",
  bounded,
  async () => {
    const result = await runWithTarget(
      `sleep 3 & trap "kill $!; exit" TERM; echo ready; wait`,
      200,
    );
    assertEquals(result.verdict, "passed");
    // Its child outlives a target that is killed, and holds its output.
    const other = await runWithTarget(
      `sleep 3 & echo $!; echo ready; wait`,
      200,
    );
    assertEquals(other.verdict, "passed");
  },
);

Deno.test(
  "a target that exits is noticed although its child holds its output",
  bounded,
  async () => {
    const result = await runWithTarget(
      `sleep 3 & echo ready; sleep 0.1; exit 1`,
      50_000,
    );
    assertEquals(result.verdict, "invalid");
    assert(result.durationMs < 50_000, `it took ${result.durationMs} ms`);
  },
);

Deno.test(
  "a generator that stalls is not healthy, although what it missed was dropped",
  bounded,
  async () => {
    const block = () => {
      const until = performance.now() + 90;
      while (performance.now() < until);
    };
    const stalls = setInterval(block, 250);
    const result = await new LoadTestManager({ drivers }).run({
      ...scenario,
      load: { model: "open", arrivalsPerSecond: 1000, maxUsers: 1 },
      phases: { steadyMs: 1000 },
    });
    clearInterval(stalls);
    assertEquals(result.verdict, "invalid");
    assert(!result.generator.healthy);
  },
);

Deno.test(
  "an onProgress that rejects stops neither the run nor the program",
  bounded,
  async () => {
    const longer = { ...scenario, phases: { steadyMs: 1500 } };
    const manager = new LoadTestManager({ drivers, health: ANY_MACHINE });
    const result = await manager.run(longer, {
      onProgress: () => Promise.reject(new Error("The disk is full")),
    });
    assertEquals(result.verdict, "passed");
    assert(result.warnings.some((text) => text.includes("The disk is full")));
  },
);

Deno.test(
  "a system that was shut down makes the run invalid, and it is cleaned up",
  bounded,
  async () => {
    const system = new ActorSystem();
    await system.shutdown();
    let cleaned = false;
    const result = await new LoadTestManager({ drivers }).run(scenario, {
      system,
      cleanup() {
        cleaned = true;
      },
    });
    assertEquals([result.verdict, cleaned], ["invalid", true]);
  },
);

Deno.test(
  "a reported latency that is not a finite number is ignored, and the measured one counts",
  bounded,
  async () => {
    for (const latencyMs of [NaN, Infinity]) {
      const wrong = functionDriver({ ask: () => setImmediate({ latencyMs }) });
      const { steady } = await new LoadTestManager({
        drivers: { function: wrong },
      }).run(scenario);
      const { max, mean } = steady.latency;
      assert(mean !== null && mean > 0, `the mean is ${mean}`);
      assert(Number.isFinite(max), `the longest is ${max}`);
    }
  },
);

Deno.test(
  "a reported status that is not a finite number is in no example of an error",
  bounded,
  async () => {
    for (const status of [NaN, Infinity]) {
      const wrong = functionDriver({
        ask: () => setImmediate({ status, body: "what" }),
      });
      const result = await new LoadTestManager({ drivers: { function: wrong } })
        .run({
          ...scenario,
          operations: scenario.operations.map((operation) => ({
            ...operation,
            checks: [{ field: "status", is: "equal", value: 200 }],
          })),
        });
      assertEquals(result.errors[0]?.example, {
        address: null,
        status: null,
        body: "what",
      });
      assertEquals(JSON.parse(JSON.stringify(result.errors)), result.errors);
    }
  },
);

Deno.test(
  "what was planned while the generator stalled at the end of the load is accounted for",
  bounded,
  async () => {
    let firstAt: number | undefined;
    const stalling = functionDriver({
      ask: () => {
        const now = performance.now();
        firstAt ??= now;
        // Over the end, once.
        const endAt = firstAt + 330;
        if (now >= firstAt + 285) { while (performance.now() < endAt); }
        return setImmediate({});
      },
    });
    const { total } = await new LoadTestManager({
      drivers: { function: stalling },
    }).run({
      ...scenario,
      load: {
        model: "open",
        arrivals: "constant",
        arrivalsPerSecond: 1000,
        maxUsers: 300,
      },
      phases: { steadyMs: 300 },
    });
    assertEquals(total.planned, 300);
    assertEquals(total.planned, total.started + total.dropped);
  },
);

Deno.test(
  "a service that does not exist is reported with the reason",
  bounded,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const { steady } = await new LoadTestManager({
      drivers: { http: httpDriver() },
    }).run({
      ...scenario,
      operations: [{
        name: "ask",
        driver: "http",
        request: { url: `http://127.0.0.1:${port}/` },
      }],
    });
    assertStringIncludes(
      steady.errors.map(({ message }) => message).join(),
      "Connection refused",
    );
  },
);

Deno.test(
  "a criterion that aborts does so without data as well",
  bounded,
  async () => {
    const never = functionDriver({ ask: () => Promise.reject(new Error()) });
    const result = await new LoadTestManager({
      drivers: { function: never },
    }).run({
      ...scenario,
      phases: { steadyMs: 20_000 },
      criteria: [{
        metric: "latency.p99",
        is: "below",
        value: 10,
        abort: true,
        abortAfterMs: 100,
      }],
    });
    assertEquals(result.verdict, "aborted");
  },
);

Deno.test(
  "a run without criteria does not claim that they hold",
  bounded,
  async () => {
    const manager = new LoadTestManager({ drivers, health: ANY_MACHINE });
    const result = await manager.run(scenario);
    assertStringIncludes(
      resultToText(result),
      "The default limits hold, and there are no other criteria.",
    );
  },
);

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import type { FlowItem } from "../../../src/load/scenario/placed_steps.ts";
import type { Accounting } from "../../../src/load/operation_result.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import type {
  Group,
  Scenario,
  Step,
} from "../../../src/load/scenario/scenario.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { drive, hang, TestDriver } from "../../support/load_drivers.ts";

function assertIdentities(of: Accounting, what: string): void {
  const { planned, started, dropped, ok, failed, timedOut, interrupted } = of;
  assertEquals(planned, started + dropped, `planned, ${what}`);
  assertEquals(started, ok + failed + timedOut + interrupted, `${what}`);
}

const operation = {
  driver: "doer",
  request: {},
  timeoutMs: 400,
  checks: [{ field: "status", is: "equal", value: 200 }],
} as const;

function stepsOf(count: number): Step[] {
  return Array.from({ length: count }, (_, index) => ({
    ...operation,
    name: `${index}`,
  }));
}

/** Each step is planned as often as its flow, and starts after the last one. */
function assertSteps({ operations, steady, total }: LoadResult): void {
  const [a, b, ...steps] = operations.map(({ accounting }) => accounting);
  assert(a !== undefined && b !== undefined);
  assertEquals(steady.accounting.planned, a.planned + b.planned);
  assert(total.planned >= steady.accounting.planned);
  let before = b.started;
  for (const step of steps) {
    assertEquals(step.planned, b.planned);
    assertEquals(step.started, before);
    before = step.ok;
  }
  if (steps.length === 0) return;
  assertEquals(b.ok, before);
  for (const ending of ["failed", "timedOut", "interrupted"] as const) {
    assertEquals(
      b[ending],
      steps.reduce((all, step) => all + step[ending], 0),
      ending,
    );
  }
}

/** No number is lost on the way to a file and back. */
function assertPlain(result: LoadResult): void {
  assertEquals(JSON.parse(JSON.stringify(result)), result);
}

type Deed = "ok" | "slow" | "reject" | "throw" | "hang" | "check" | "deaf";

/** Does one deed after the other, in the order in which it is asked to. */
function doerOf(deeds: readonly Deed[], clock: ManualClock): TestDriver {
  let next = 0;
  return new TestDriver((call) => {
    const deed = deeds[next++ % deeds.length];
    switch (deed) {
      case "ok":
        return Promise.resolve({ status: 200, receivedBytes: 3 });
      case "slow":
        return new Promise((resolve) =>
          clock.schedule(120, () => resolve({ status: 200 }))
        );
      case "reject":
        return Promise.reject(new Error("refused"));
      case "throw":
        throw new Error("thrown");
      case "hang":
        return hang(call);
      case "check":
        return Promise.resolve({ status: 500 });
      default:
        // Heeds no signal, ever.
        return new Promise(() => {});
    }
  });
}

const arbitraryDeed = fc.constantFrom<Deed>(
  "ok",
  "slow",
  "reject",
  "throw",
  "hang",
  "check",
  "deaf",
);

const arbitraryLoad: fc.Arbitrary<Scenario["load"]> = fc.oneof(
  fc.record({
    model: fc.constant("open" as const),
    arrivalsPerSecond: fc.integer({ min: 1, max: 100 }),
    arrivals: fc.constantFrom("constant" as const, "poisson" as const),
    maxUsers: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({
    model: fc.constant("closed" as const),
    users: fc.integer({ min: 1, max: 10 }),
    thinkTime: fc.constant({
      distribution: "exponential" as const,
      meanMs: 100,
    }),
  }),
);

Deno.test("planned and started operations are all accounted for, however they and the run end", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryDeed, { minLength: 1, maxLength: 8 }),
      arbitraryLoad,
      fc.record({
        rampUpMs: fc.constantFrom(0, 300),
        steadyMs: fc.constantFrom(500, 1500),
        rampDownMs: fc.constantFrom(0, 300),
        drainTimeoutMs: fc.constantFrom(0, 100, 2000),
      }),
      fc.constantFrom("plan", "signal", "criterion", "refused"),
      fc.nat(2000),
      fc.nat(3),
      fc.boolean(),
      async (deeds, load, phases, end, abortAtMs, steps, areSetUp) => {
        const clock = new ManualClock();
        const doer = doerOf(deeds, clock);
        if (end === "refused") {
          let opens = 0;
          doer.beforeOpen = () =>
            opens++ % 2 === 0
              ? Promise.reject(new Error("no such host"))
              : Promise.resolve();
        }
        const abort = new AbortController();
        if (end === "signal") clock.schedule(abortAtMs, () => abort.abort());
        const scenario: Scenario = {
          name: "Whatever happens",
          load,
          phases,
          seed: abortAtMs,
          // These do deeds as well, and count in nothing.
          ...areSetUp
            ? {
              userSetup: [{ ...operation, name: "in" }],
              userTeardown: [{ ...operation, name: "out" }],
            }
            : {},
          operations: [
            { ...operation, name: "a" },
            steps === 0
              ? { ...operation, name: "b", weight: 2 }
              : { name: "b", weight: 2, steps: stepsOf(steps) },
          ],
          criteria: end === "criterion"
            ? [{
              metric: "errorRate",
              is: "below",
              value: 0.1,
              abort: true,
              abortAfterMs: 0,
            }]
            : [],
        };
        const manager = new LoadTestManager({ drivers: { doer }, clock });
        const { signal } = abort;
        const result = await drive(clock, manager.run(scenario, { signal }));
        assertIdentities(result.total, "in total");
        assertIdentities(result.steady.accounting, "steady");
        for (const { name, accounting } of result.operations) {
          assertIdentities(accounting, name);
        }
        assertSteps(result);
        assertEquals(doer.opened, doer.closed, "sessions are closed");
        // Those of operations that were interrupted pass; none starts anew.
        clock.advance(3000);
        assertEquals(clock.pending, 0, "no timer goes on");
        const parts = result.timeline.points;
        const ended = parts.reduce((n, { ok, errors }) => n + ok + errors, 0);
        assertEquals(ended, result.total.started, "in the timeline");
        assertEquals(result.steady.latency.count, result.steady.accounting.ok);
        assertPlain(result);
      },
    ),
    { numRuns: 60 },
  );
});

/** Items of a flow, however deep, with different names. */
const { items: arbitraryItems } = fc.letrec<{
  items: FlowItem[];
  item: FlowItem;
  group: Group;
}>((tie) => ({
  items: fc.array(tie("item"), { minLength: 1, maxLength: 3 }).map((items) =>
    items.map((item, index) =>
      "oneOf" in item
        ? {
          oneOf: item.oneOf.map((group, one) => ({
            ...group,
            name: `${index}.${one}`,
          })),
        }
        : { ...item, name: `${index}` }
    )
  ),
  item: fc.oneof(
    { maxDepth: 2 },
    fc.constant<FlowItem>({ ...operation, name: "" }),
    tie("group"),
    fc.array(tie("group"), { minLength: 1, maxLength: 3 }).map((groups) => ({
      oneOf: groups.map((group, index) => ({ ...group, weight: index + 1 })),
    })),
  ),
  group: fc.record({
    name: fc.constant(""),
    steps: tie("items"),
    repeat: fc.integer({ min: 1, max: 3 }),
  }),
}));

Deno.test("planned and started steps are all accounted for, in groups, repeats and choices", async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryItems,
      fc.array(arbitraryDeed, { minLength: 1, maxLength: 8 }),
      arbitraryLoad,
      fc.constantFrom(0, 2000),
      fc.nat(1500),
      async (steps, deeds, load, drainTimeoutMs, abortAtMs) => {
        const clock = new ManualClock();
        const doer = doerOf(deeds, clock);
        const abort = new AbortController();
        if (abortAtMs > 500) clock.schedule(abortAtMs, () => abort.abort());
        const manager = new LoadTestManager({ drivers: { doer }, clock });
        const { signal } = abort;
        const result = await drive(
          clock,
          manager.run({
            name: "Whatever happens",
            load,
            phases: { rampUpMs: 100, steadyMs: 1000, drainTimeoutMs },
            seed: abortAtMs,
            operations: [{ name: "flow", steps }],
          }, { signal }),
        );
        assertIdentities(result.total, "in total");
        for (const { name, accounting } of result.operations) {
          assertIdentities(accounting, name);
        }
        assertItems(result, steps, "flow", result.steady.accounting);
        assertEquals(doer.opened, doer.closed, "sessions are closed");
        clock.advance(3000);
        assertEquals(clock.pending, 0, "no timer goes on");
        assertPlain(result);
      },
    ),
    { numRuns: 60 },
  );
});

/** What is within is planned as often as what it is in. */
function assertItems(
  result: LoadResult,
  items: readonly FlowItem[],
  outer: string,
  { planned, ok }: Accounting,
): void {
  const of = (name: string): Accounting => {
    const found = result.operations.find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no ${name}`);
    return found.accounting;
  };
  const assertGroup = (group: Group, name: string) => {
    const accounting = of(name);
    assertItems(result, group.steps, name, accounting);
    return accounting;
  };
  for (const item of items) {
    if ("oneOf" in item) {
      const all = item.oneOf.map((group) => ({
        repeat: group.repeat ?? 1,
        accounting: assertGroup(group, `${outer}/${group.name}`),
      }));
      const sum = (of: (accounting: Accounting) => number) =>
        all.reduce(
          (sum, { repeat, accounting }) => sum + of(accounting) / repeat,
          0,
        );
      assertEquals(Math.round(sum(({ planned }) => planned)), planned, outer);
      assert(sum(({ ok }) => ok) >= ok - 1e-6, outer);
      continue;
    }
    const name = `${outer}/${item.name}`;
    if ("steps" in item) {
      const { repeat = 1 } = item;
      const group = assertGroup(item, name);
      assertEquals(group.planned, planned * repeat, name);
      assert(group.ok >= ok * repeat, name);
      continue;
    }
    assertEquals(of(name).planned, planned, name);
    assert(of(name).ok >= ok, name);
  }
}

Deno.test("an open load starts or drops what its rate plans", async () => {
  const clock = new ManualClock();
  const manager = new LoadTestManager({
    drivers: { doer: doerOf(["slow"], clock) },
    clock,
  });
  const result = await drive(
    clock,
    manager.run({
      name: "Too much",
      load: {
        model: "open",
        arrivalsPerSecond: 100,
        arrivals: "constant",
        maxUsers: 5,
      },
      phases: { rampUpMs: 1000, steadyMs: 2000, rampDownMs: 1000 },
      operations: [{ name: "a", driver: "doer", request: {} }],
      criteria: [{ metric: "dropRate", is: "below", value: 0.1 }],
    }),
    5,
  );
  // 100 a second in the steady phase, half of it in the ramps.
  assertEquals(result.total.planned, 300);
  assertEquals(result.steady.accounting.planned, 200);
  // Five users who take 120 ms each: about 42 a second.
  const { started, dropped } = result.steady.accounting;
  assert(started >= 75 && started <= 85, `${started} started`);
  assertEquals(dropped, 200 - started);
  assertEquals(result.users, { planned: 5, started: 5, replaced: 0, peak: 5 });
  assertEquals(result.verdict, "failed");
});

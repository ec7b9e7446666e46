import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Budget } from "../../../src/session/wire/budget.ts";

type Step =
  | { readonly type: "take" | "give" | "reserve"; readonly bytes: number }
  | { readonly type: "withdraw"; readonly which: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(
    fc.constantFrom("take", "give", "give", "reserve"),
    fc.integer({ min: 1, max: 100 }),
  ).map(([type, bytes]): Step => ({ type, bytes })),
  fc.nat().map((which): Step => ({ type: "withdraw", which })),
);

Deno.test("a budget gives what it has and no more, and serves those who wait in order", () => {
  fc.assert(
    fc.property(
      fc.array(anyStep, { maxLength: 60, size: "max" }),
      (steps) => {
        const budget = new Budget(100);
        /** Bytes in the hands of others. */
        let out = 0;
        const waiting: { bytes: number; withdraw?: () => void }[] = [];
        for (const step of steps) {
          if (step.type === "take") {
            out += budget.take(step.bytes);
          } else if (step.type === "give") {
            const bytes = Math.min(step.bytes, out);
            out -= bytes;
            budget.give(bytes);
          } else if (step.type === "withdraw") {
            if (waiting.length === 0) continue;
            waiting.splice(step.which % waiting.length, 1)[0]?.withdraw?.();
          } else {
            const waiter: typeof waiting[number] = { bytes: step.bytes };
            waiting.push(waiter);
            waiter.withdraw = budget.reserve(step.bytes, () => {
              assertEquals(waiting.shift(), waiter, "it is not its turn");
              out += waiter.bytes;
            });
          }
          assertEquals(budget.left, 100 - out);
          assert(budget.left >= 0);
          const [first] = waiting;
          assert(first === undefined || first.bytes > budget.left, "it waits");
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("take() takes as much as is left, which may be nothing", () => {
  const budget = new Budget(100);
  assertEquals(budget.take(60), 60);
  assertEquals(budget.take(60), 40);
  assertEquals(budget.take(60), 0);
  budget.give(30);
  assertEquals(budget.take(60), 30);
});

Deno.test("a reservation that fits is granted at once", () => {
  const budget = new Budget(100);
  let granted = 0;
  budget.reserve(100, () => granted++);
  assertEquals([granted, budget.left], [1, 0]);
});

Deno.test("a small reservation does not overtake a large one", () => {
  const budget = new Budget(100);
  const granted: string[] = [];
  budget.take(50);
  budget.reserve(80, () => granted.push("large"));
  budget.reserve(10, () => granted.push("small"));
  budget.give(20);
  assertEquals(granted, []);
  budget.give(30);
  assertEquals(granted, ["large", "small"]);
  assertEquals(budget.left, 10);
});

Deno.test("a reservation that is withdrawn makes way for those behind it", () => {
  const budget = new Budget(100);
  const granted: string[] = [];
  budget.take(50);
  const withdraw = budget.reserve(80, () => granted.push("large"));
  budget.reserve(10, () => granted.push("small"));
  withdraw();
  assertEquals(granted, ["small"]);
  withdraw();
  budget.give(50);
  assertEquals([granted.length, budget.left], [1, 90]);
});

Deno.test("withdrawing what was granted gives nothing back", () => {
  const budget = new Budget(100);
  const withdraw = budget.reserve(80, () => {});
  withdraw();
  assertEquals(budget.left, 20);
});

Deno.test("a reservation that is granted may give back another at once", () => {
  const budget = new Budget(100);
  const granted: number[] = [];
  budget.take(100);
  budget.reserve(40, () => {
    granted.push(1);
    budget.give(40);
  });
  budget.reserve(40, () => granted.push(2));
  budget.reserve(40, () => granted.push(3));
  budget.give(40);
  assertEquals(granted, [1, 2]);
  budget.give(40);
  assertEquals(granted, [1, 2, 3]);
  assertEquals(budget.left, 0);
});

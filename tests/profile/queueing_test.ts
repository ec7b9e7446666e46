import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  amdahlFactor,
  concurrencyOf,
  demandMsOf,
  effortOf,
  waitingFactor,
  waitMsOf,
} from "../../src/profile/queueing.ts";
import { assertNear } from "./near.ts";

Deno.test("Little's law: 100 per second for 50 ms each are 5 at a time", () => {
  assertEquals(concurrencyOf(100, 50), 5);
  assertEquals(waitMsOf(5, 100), 50);
});

Deno.test("the utilisation law: 0.8 cores at 400 per second are 2 ms each", () => {
  assertEquals(demandMsOf(0.8, 400), 2);
  assertEquals(demandMsOf(0.8, 0), null);
});

Deno.test("Amdahl's law: without three quarters it is four times as fast", () => {
  assertEquals(amdahlFactor(0.75), 4);
});

Deno.test("M/M/1: from 90 % to 45 % utilisation the time falls by 5.5", () => {
  assertNear(waitingFactor(0.9, 0.45), 5.5);
});

Deno.test("no share makes a factor below 1 or infinite", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 2, noNaN: true }), (share) => {
    for (
      const factor of [amdahlFactor(share), waitingFactor(share, share / 2)]
    ) assert(factor >= 1 && factor <= 100.01, `${factor}`);
  }));
});

Deno.test("effort counts the fewest things that account for 80 %", () => {
  assertEquals(effortOf([90, 5, 5], "functions"), {
    level: "small",
    count: 1,
    of: "functions",
  });
  assertEquals(effortOf([1, 40, 1, 40, 18], "stages")?.count, 2);
  assertEquals(effortOf(Array(10).fill(1), "stages"), {
    level: "medium",
    count: 8,
    of: "stages",
  });
  assertEquals(effortOf(Array(100).fill(1), "errors")?.level, "large");
});

Deno.test("nothing to change has no effort", () => {
  assertEquals(effortOf([], "functions"), null);
  assertEquals(effortOf([0, 0, NaN], "functions"), null);
});

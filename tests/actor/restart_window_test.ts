import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  countRestart,
  resolveIntensity,
} from "../../src/actor/restart_window.ts";

/** Counts a series of restarts; returns which of them exceeded the limit. */
function exceeded(
  moments: readonly number[],
  intensity: { maxRestarts?: number; withinMs?: number },
): boolean[] {
  let kept: readonly number[] = [];
  return moments.map((now) => {
    const count = countRestart(kept, now, resolveIntensity(intensity));
    kept = count.moments;
    return count.exceeded;
  });
}

const increasing = fc.array(fc.nat(20)).map((steps) => {
  let now = 0;
  return steps.map((step) => now += step);
});

Deno.test("countRestart() tolerates three restarts within five seconds by default", () => {
  assertEquals(exceeded([0, 0, 5000, 5000], {}), [false, false, false, true]);
});

Deno.test("countRestart() counts the moment at the very edge of the window", () => {
  const intensity = { maxRestarts: 1, withinMs: 10 };
  assertEquals(exceeded([0, 10], intensity), [false, true]);
  assertEquals(exceeded([0, 11], intensity), [false, false]);
});

Deno.test("countRestart() tolerates no restart when the limit is 0", () => {
  assertEquals(exceeded([0], { maxRestarts: 0 }), [true]);
});

Deno.test("countRestart() exceeds exactly when the window that ends now holds too many", () => {
  fc.assert(fc.property(
    increasing,
    fc.nat(5),
    fc.nat(50),
    (moments, maxRestarts, withinMs) => {
      const expected = moments.map((now, index) =>
        moments.slice(0, index + 1)
          .filter((moment) => moment >= now - withinMs).length > maxRestarts
      );
      assertEquals(exceeded(moments, { maxRestarts, withinMs }), expected);
    },
  ));
});

Deno.test("countRestart() keeps no moment that has left the window", () => {
  fc.assert(fc.property(increasing, fc.nat(50), (moments, withinMs) => {
    let kept: readonly number[] = [];
    for (const now of moments) {
      kept = countRestart(kept, now, resolveIntensity({ withinMs })).moments;
      assert(kept.every((moment) => now - moment <= withinMs));
    }
  }));
});

Deno.test("resolveIntensity() names the option that is negative or not a number", () => {
  assertThrows(
    () => resolveIntensity({ maxRestarts: -1 }),
    RangeError,
    "maxRestarts",
  );
  assertThrows(
    () => resolveIntensity({ withinMs: NaN }),
    RangeError,
    "withinMs",
  );
});

Deno.test("resolveIntensity() accepts 0 and Infinity", () => {
  for (const limit of [0, Infinity]) {
    const intensity = { maxRestarts: limit, withinMs: limit };
    assertEquals(resolveIntensity(intensity), intensity);
  }
});

Deno.test("resolveIntensity() fills in the defaults", () => {
  assertEquals(resolveIntensity({}), { maxRestarts: 3, withinMs: 5000 });
});

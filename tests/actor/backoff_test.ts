import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { backoffDelayMs, resolveBackoff } from "../../src/actor/backoff.ts";
import { fixedChance } from "./supervisor_fixtures.ts";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const options = fc.record({ initialMs: fc.nat(1e6), more: fc.nat(1e9) })
  .map(({ initialMs, more }) => ({ initialMs, maxMs: initialMs + more }));
/** The ceiling of a delay: the largest that chance may give. */
const most = (): number => 1;

Deno.test("backoffDelayMs() stays between 0 and the cap, however many tries", () => {
  fc.assert(fc.property(options, fc.nat(), random, (options, attempt, part) => {
    const backoff = resolveBackoff(options);
    const delayMs = backoffDelayMs(backoff, attempt, () => part);
    assert(delayMs >= 0 && delayMs <= backoff.maxMs, `${delayMs}`);
  }));
});

Deno.test("backoffDelayMs() doubles its ceiling with each try, up to the cap", () => {
  const backoff = resolveBackoff({ initialMs: 100, maxMs: 1000 });
  const ceilings = [0, 1, 2, 3, 4, 5].map((attempt) =>
    backoffDelayMs(backoff, attempt, most)
  );
  assertEquals(ceilings, [100, 200, 400, 800, 1000, 1000]);
});

Deno.test("backoffDelayMs() is uniformly distributed below the ceiling: full jitter", () => {
  fc.assert(
    fc.property(options, fc.nat(40), random, (options, attempt, part) => {
      const backoff = resolveBackoff(options);
      assertEquals(
        backoffDelayMs(backoff, attempt, () => part),
        part * backoffDelayMs(backoff, attempt, most),
      );
    }),
  );
});

Deno.test("backoffDelayMs() is 0 when the first delay is 0", () => {
  fc.assert(fc.property(fc.nat(5000), (attempt) => {
    const backoff = resolveBackoff({ initialMs: 0 });
    assertEquals(backoffDelayMs(backoff, attempt, () => 0.5), 0);
  }));
});

Deno.test("resolveBackoff() fills in the defaults", () => {
  const { random, ...numbers } = resolveBackoff({ maxMs: 5 });
  assertEquals(numbers, { initialMs: 100, maxMs: 5, resetAfterMs: 60_000 });
  using _chance = fixedChance(0.25);
  assertEquals(random(), 0.25);
});

Deno.test("backoffDelayMs() takes its chance from the option random", () => {
  const backoff = resolveBackoff({ initialMs: 100, random: () => 0.25 });
  assertEquals(
    [0, 1, 2].map((attempt) => backoffDelayMs(backoff, attempt)),
    [25, 50, 100],
  );
});

Deno.test("resolveBackoff() refuses a first delay above the cap, and lowers its default", () => {
  assertThrows(
    () => resolveBackoff({ initialMs: 500, maxMs: 100 }),
    RangeError,
    "Cannot use initialMs: it is 500, it must be at most maxMs, which is 100",
  );
  assertThrows(
    () => resolveBackoff({ initialMs: 20_000 }),
    RangeError,
    "10000",
  );
  const lowered = resolveBackoff({ maxMs: 5, random: () => 0.5 });
  assertEquals(backoffDelayMs(lowered, 0), 2.5);
});

Deno.test("resolveBackoff() names the option that is negative or not a number", () => {
  assertThrows(
    () => resolveBackoff({ initialMs: -1 }),
    RangeError,
    "initialMs",
  );
  assertThrows(() => resolveBackoff({ maxMs: NaN }), RangeError, "maxMs");
  assertThrows(
    () => resolveBackoff({ resetAfterMs: -1 }),
    RangeError,
    "resetAfterMs",
  );
});

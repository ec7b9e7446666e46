import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  arrivalAt,
  Arrivals,
  arrivalsBefore,
} from "../../../src/load/run/arrivals.ts";
import {
  loadMs,
  phaseAt,
  type ResolvedPhases,
  resolvePhases,
  userEndsAt,
  userStartsAt,
} from "../../../src/load/run/phases.ts";
import { randomStream } from "../../../src/stats/random.ts";

function phasesOf(
  rampUpMs: number,
  steadyMs: number,
  rampDownMs: number,
): ResolvedPhases {
  return resolvePhases({ rampUpMs, steadyMs, rampDownMs }, []);
}

function planned(arrivals: Arrivals): number[] {
  const all: number[] = [];
  for (let ms = arrivals.nextMs; ms !== undefined; ms = arrivals.nextMs) {
    all.push(ms);
    arrivals.advance();
  }
  return all;
}

const arbitraryPhases = fc.tuple(
  fc.nat(5000),
  fc.integer({ min: 1, max: 5000 }),
  fc.nat(5000),
).map((parts) => phasesOf(...parts));

Deno.test("the time of an arrival is the inverse of how many there are before it", () => {
  fc.assert(
    fc.property(
      arbitraryPhases,
      fc.integer({ min: 1, max: 10_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (phases, perSecond, part) => {
        const total = arrivalsBefore(phases, perSecond, loadMs(phases));
        const count = part * total;
        const atMs = arrivalAt(phases, perSecond, count);
        assert(atMs >= 0 && atMs <= loadMs(phases));
        const before = arrivalsBefore(phases, perSecond, atMs);
        assert(
          Math.abs(before - count) < 1e-6 * (1 + total),
          `${count} at ${atMs} ms, where there are ${before}`,
        );
      },
    ),
  );
});

Deno.test("constant arrivals come at equal intervals, and closer and closer in a ramp", () => {
  const steady = planned(
    new Arrivals(phasesOf(0, 1000, 0), 4, "constant", Math.random),
  );
  assertEquals(steady, [0, 250, 500, 750]);
  const ramped = planned(
    new Arrivals(phasesOf(1000, 1000, 1000), 8, "constant", Math.random),
  );
  assertEquals(ramped.length, 16);
  assertEquals(ramped.slice(0, 5), [
    0,
    500,
    Math.sqrt(0.5) * 1000,
    Math.sqrt(0.75) * 1000,
    1000,
  ]);
  assertEquals(
    ramped.filter((ms) => phaseAt(phasesOf(1000, 1000, 1000), ms) === "steady")
      .length,
    8,
  );
});

Deno.test("Poisson arrivals match the rate, with the gaps of a Poisson process", () => {
  const all = planned(
    new Arrivals(
      phasesOf(0, 100_000, 0),
      100,
      "poisson",
      randomStream(1, "arrivals"),
    ),
  );
  // Within four deviations of 10,000.
  assert(Math.abs(all.length - 10_000) < 400, `${all.length} arrivals`);
  const gaps = all.slice(1).map((ms, index) => ms - (all[index] ?? 0));
  const mean = gaps.reduce((a, b) => a + b) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) /
    gaps.length;
  // The deviation of an exponential distribution is its mean.
  const ratio = Math.sqrt(variance) / mean;
  assert(ratio > 0.95 && ratio < 1.05, `deviation by mean is ${ratio}`);
});

Deno.test("users start one by one in the ramp-up, and the last to start is the first to end", () => {
  const phases = phasesOf(1000, 2000, 1000);
  const starts = [0, 1, 2, 3].map((n) => userStartsAt(phases, 4, n));
  assertEquals(starts, [0, 250, 500, 750]);
  const ends = [0, 1, 2, 3, 4].map((n) => userEndsAt(phases, 4, n));
  assertEquals(ends, [4000, 3750, 3500, 3250, 4000]);
});

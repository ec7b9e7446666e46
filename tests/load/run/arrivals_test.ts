import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Arrivals, arrivalsBefore } from "../../../src/load/run/arrivals.ts";
import {
  endOf,
  nextStay,
  type PlannedStage,
  planStages,
} from "../../../src/load/run/stage_plan.ts";
import { randomStream } from "../../../src/stats/random.ts";

function phasesOf(
  level: number,
  rampUpMs: number,
  steadyMs: number,
  rampDownMs: number,
): readonly PlannedStage[] {
  return planStages({
    load: { model: "open", arrivalsPerSecond: level, maxUsers: 1 },
    phases: { rampUpMs, steadyMs, rampDownMs },
  });
}

function planned(arrivals: Arrivals): number[] {
  const all: number[] = [];
  for (let ms = arrivals.nextMs; ms !== undefined; ms = arrivals.nextMs) {
    all.push(ms);
    arrivals.advance();
  }
  return all;
}

/** Any list of stages, of which each holds a level or ramps to it. */
const arbitraryStages: fc.Arbitrary<readonly PlannedStage[]> = fc.array(
  fc.record({
    durationMs: fc.integer({ min: 1, max: 5000 }),
    arrivalsPerSecond: fc.oneof(fc.constant(0), fc.nat(400)),
    ramp: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
).map((stages) =>
  planStages({
    load: {
      model: "open",
      maxUsers: 1,
      stages: stages.map((stage, index) => ({ ...stage, name: `${index}` })),
    },
  })
);

Deno.test("the time of an arrival is the inverse of how many there are before it", () => {
  fc.assert(
    fc.property(arbitraryStages, (stages) => {
      planned(new Arrivals(stages, "constant", Math.random))
        .forEach((atMs, count) => {
          assert(atMs >= 0 && atMs <= endOf(stages));
          const before = arrivalsBefore(stages, atMs);
          assert(
            Math.abs(before - count) < 1e-6 * (1 + count),
            `${count} at ${atMs} ms, where there are ${before}`,
          );
        });
    }),
  );
});

Deno.test("constant arrivals of any list of stages are as many as each of them plans", () => {
  fc.assert(
    fc.property(arbitraryStages, (stages) => {
      const found = stages.map(() => 0);
      let lastMs = 0;
      const arrivals = new Arrivals(stages, "constant", Math.random);
      for (let ms = arrivals.nextMs; ms !== undefined; ms = arrivals.nextMs) {
        assert(ms >= lastMs, "in order");
        const { stage } = arrivals;
        assert(stage && ms >= stage.startMs && ms <= stage.endMs);
        found[stage.index] = (found[stage.index] ?? 0) + 1;
        lastMs = ms;
        arrivals.advance();
      }
      // Those whose number is from the first to below the last: in thousandths
      // and halves of them, which are whole.
      let twice = 0;
      const expected = stages.map(({ startMs, endMs, from, to }) => {
        const first = Math.ceil(twice / 2000);
        twice += (from + to) * (endMs - startMs);
        return Math.ceil(twice / 2000) - first;
      });
      assertEquals(found, expected);
    }),
  );
});

Deno.test("constant arrivals come at equal intervals, and closer and closer in a ramp", () => {
  const steady = planned(
    new Arrivals(phasesOf(4, 0, 1000, 0), "constant", Math.random),
  );
  assertEquals(steady, [0, 250, 500, 750]);
  const ramped = planned(
    new Arrivals(phasesOf(8, 1000, 1000, 1000), "constant", Math.random),
  );
  assertEquals(ramped.length, 16);
  assertEquals(ramped.slice(0, 5), [
    0,
    500,
    Math.sqrt(0.5) * 1000,
    Math.sqrt(0.75) * 1000,
    1000,
  ]);
  assertEquals(ramped.filter((ms) => ms >= 1000 && ms < 2000).length, 8);
});

Deno.test("Poisson arrivals match the rate, with the gaps of a Poisson process", () => {
  const all = planned(
    new Arrivals(
      phasesOf(100, 0, 100_000, 0),
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

Deno.test("Poisson arrivals match the rate of each stage", () => {
  const stages = planStages({
    load: {
      model: "open",
      maxUsers: 1,
      stages: [
        { name: "step", durationMs: 50_000, arrivalsPerSecond: 100 },
        { name: "pause", durationMs: 1000, arrivalsPerSecond: 0 },
        {
          name: "ramp",
          durationMs: 50_000,
          arrivalsPerSecond: 400,
          ramp: true,
        },
      ],
    },
  });
  const arrivals = new Arrivals(stages, "poisson", randomStream(2, "arrivals"));
  const found = [0, 0, 0];
  while (arrivals.nextMs !== undefined) {
    const index = arrivals.stage?.index ?? 0;
    found[index] = (found[index] ?? 0) + 1;
    arrivals.advance();
  }
  const [step = 0, pause, ramp = 0] = found;
  assert(Math.abs(step - 5000) < 4 * Math.sqrt(5000), `${step} in the step`);
  assertEquals(pause, 0);
  assert(Math.abs(ramp - 10_000) < 400, `${ramp} in the ramp`);
});

Deno.test("users start one by one in the ramp-up, and the last to start is the first to end", () => {
  const stages = phasesOf(4, 1000, 2000, 1000);
  const stays = [0, 1, 2, 3, 4].map((number) => nextStay(stages, number, 0));
  assertEquals(stays.map((stay) => stay?.startMs), [
    0,
    250,
    500,
    750,
    undefined,
  ]);
  assertEquals(stays.map((stay) => stay?.endMs), [
    4000,
    3750,
    3500,
    3250,
    undefined,
  ]);
});

Deno.test("as many places are taken as any list of stages plans at any time", () => {
  fc.assert(
    fc.property(
      arbitraryStages,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (stages, part) => {
        const atMs = part * endOf(stages);
        const stage = stages.find(({ endMs }) => atMs < endMs);
        if (stage === undefined) return;
        const { startMs, endMs, from, to } = stage;
        const level = from + (to - from) * (atMs - startMs) / (endMs - startMs);
        let taken = 0;
        for (let place = 0; place <= 400; place++) {
          const stay = nextStay(stages, place, atMs);
          if (stay !== undefined && stay.startMs <= atMs) taken++;
        }
        assert(
          taken >= Math.ceil(level - 1e-6) && taken <= Math.ceil(level + 1e-6),
          `${taken} places are taken, where the level is ${level}`,
        );
      },
    ),
  );
});

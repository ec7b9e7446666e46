import { assert, assertEquals } from "@std/assert";
import { compare } from "../../src/compare/compare.ts";
import type { ComparisonVerdict } from "../../src/compare/verdict.ts";
import { isSlow } from "../support/slow.ts";
import { machine } from "./machine.ts";

const a = { label: "a", command: ["none"] } as const;
const b = { label: "b", command: ["none"] } as const;

/** How often each verdict is given, over as many machines. */
async function verdicts(
  series: number,
  effect: number,
): Promise<Record<ComparisonVerdict, number>> {
  const counts = { regressed: 0, improved: 0, pass: 0, inconclusive: 0 };
  for (let seed = 1; seed <= series; seed++) {
    const { verdict, pairs, neededPairs } = await compare({
      a,
      b,
      seed,
      measure: machine({ seed: seed * 7919, effect, sigma: 0.005 }),
    });
    assertEquals(pairs, neededPairs);
    counts[verdict] += 1;
  }
  return counts;
}

/** As many of n, at most, as a rate gives but once in a thousand times. */
function most(series: number, rate: number): number {
  return series * rate + 3.09 * Math.sqrt(series * rate * (1 - rate));
}

Deno.test("compare() raises no more false alarms on A/A series than stated", async () => {
  const series = isSlow ? 1500 : 150;
  const { regressed, improved, pass } = await verdicts(series, 0);
  console.log(
    `A/A of ${series}: ${regressed} regressed, ${improved} improved, ${pass} pass`,
  );
  const alarms = regressed + improved;
  assert(alarms <= most(series, 0.05), `${alarms}`);
  assert(regressed <= most(series, 0.025), `${regressed}`);
  assert(pass >= series * 0.75, `${pass}`);
});

Deno.test("compare() detects an injected +1 % with the stated power", async () => {
  const series = isSlow ? 400 : 60;
  const { regressed, improved } = await verdicts(series, 0.01);
  console.log(`+1 % of ${series}: ${regressed} regressed`);
  assert(regressed >= series * 0.8, `${regressed}`);
  assertEquals(improved, 0);
});

Deno.test("compare() reports an injected -1 % as an improvement", async () => {
  const series = isSlow ? 100 : 30;
  const { regressed, improved } = await verdicts(series, -0.01);
  assert(improved >= series * 0.8, `${improved}`);
  assertEquals(regressed, 0);
});

/**
 * A machine that nobody has: its noise is known.
 *
 * @module
 */
import type { Measure } from "../../src/compare/settings.ts";
import { randomFrom } from "../support/random.ts";

/** What the numbers of a machine are like. */
export interface Machine {
  readonly seed: number;
  /** By how much command B's numbers are higher: 0.01 is 1 %. */
  readonly effect: number;
  /** Deviation of the log of nine numbers in ten; the tenth has five times it. */
  readonly sigma: number;
}

/**
 * Numbers with heavy-tailed lognormal noise, on a machine that gets slower or
 * faster steadily, and in waves beside that, by up to 2 % each way.
 */
export function machine({ seed, effect, sigma }: Machine): Measure {
  const random = randomFrom(seed);
  const slope = (random() - 0.5) * 0.002;
  const phase = random() * 2 * Math.PI;
  let time = 0;
  return ({ label }) => {
    time += 1;
    const normal = Math.sqrt(-2 * Math.log(1 - random())) *
      Math.cos(2 * Math.PI * random());
    const noise = (random() < 0.1 ? 5 * sigma : sigma) * normal;
    const drift = slope * time + 0.02 * Math.sin(phase + time / 9);
    const factor = label === "b" ? 1 + effect : 1;
    return Promise.resolve([factor * Math.exp(drift + noise)]);
  };
}

/**
 * How long users think: draws from distributions.
 *
 * @module
 */
import type { Random } from "../../stats/internal.ts";
import type { ThinkTime } from "../scenario/scenario.ts";

/** Draws a think time, in milliseconds, 0 or more. */
export function drawThinkTime(think: ThinkTime, random: Random): number {
  switch (think.distribution) {
    case "constant":
      return think.ms;
    case "uniform":
      return think.minMs + random() * (think.maxMs - think.minMs);
    case "exponential":
      return think.meanMs * drawExponential(random);
    case "normal":
      // A think time cannot be negative.
      return Math.max(0, think.meanMs + think.deviationMs * drawNormal(random));
    case "lognormal":
      return think.medianMs * Math.exp(think.sigma * drawNormal(random));
    default:
      return think satisfies never;
  }
}

/** Draws from an exponential distribution with mean 1. */
export function drawExponential(random: Random): number {
  // `random()` may be 0, whose logarithm is infinite.
  return -Math.log(1 - random());
}

/** Draws from a normal distribution with mean 0, deviation 1 (Box–Muller). */
function drawNormal(random: Random): number {
  const radius = Math.sqrt(2 * drawExponential(random));
  return radius * Math.cos(2 * Math.PI * random());
}

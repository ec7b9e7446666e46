/**
 * When the iterations of the open model start: the planned rate, integrated.
 *
 * @module
 */
import { loadMs, type ResolvedPhases } from "./phases.ts";
import type { Random } from "../../stats/internal.ts";
import { drawExponential } from "./think_time.ts";

/**
 * Returns how many arrivals are planned up to a time, as a real number: the
 * integral of the rate, which grows and shrinks linearly in the ramps.
 */
export function arrivalsBefore(
  phases: ResolvedPhases,
  perSecond: number,
  atMs: number,
): number {
  const { rampUpMs, steadyMs, rampDownMs } = phases;
  const inUp = Math.min(atMs, rampUpMs);
  const inSteady = Math.min(Math.max(0, atMs - rampUpMs), steadyMs);
  const inDown = Math.min(Math.max(0, atMs - rampUpMs - steadyMs), rampDownMs);
  // In milliseconds at the full rate.
  const up = rampUpMs > 0 ? inUp * inUp / (2 * rampUpMs) : 0;
  const down = rampDownMs > 0 ? inDown - inDown ** 2 / (2 * rampDownMs) : 0;
  return (up + inSteady + down) * perSecond / 1000;
}

/**
 * Returns the time up to which so many arrivals are planned: the inverse of
 * {@linkcode arrivalsBefore}.
 */
export function arrivalAt(
  phases: ResolvedPhases,
  perSecond: number,
  arrivals: number,
): number {
  const { rampUpMs, steadyMs, rampDownMs } = phases;
  let fullMs = arrivals * 1000 / perSecond;
  if (fullMs < rampUpMs / 2) return Math.sqrt(2 * rampUpMs * fullMs);
  fullMs -= rampUpMs / 2;
  if (fullMs <= steadyMs) return rampUpMs + fullMs;
  fullMs -= steadyMs;
  if (fullMs >= rampDownMs / 2) return loadMs(phases);
  const left = rampDownMs * (rampDownMs - 2 * fullMs);
  return rampUpMs + steadyMs + rampDownMs - Math.sqrt(left);
}

/**
 * The planned starts, in order, in milliseconds since the load started. With
 * `constant` each is one arrival after the previous one; with `poisson` the
 * gaps are drawn. A ramp stretches them.
 */
export class Arrivals {
  readonly #phases: ResolvedPhases;
  readonly #perSecond: number;
  readonly #gap: Random;
  readonly #total: number;
  #count: number;
  /** The next planned start; `undefined` after the last one. */
  nextMs: number | undefined;

  constructor(
    phases: ResolvedPhases,
    perSecond: number,
    arrivals: "constant" | "poisson",
    random: Random,
  ) {
    this.#phases = phases;
    this.#perSecond = perSecond;
    this.#gap = arrivals === "constant"
      ? () => 1
      : () => drawExponential(random);
    this.#total = arrivalsBefore(phases, perSecond, loadMs(phases));
    this.#count = arrivals === "constant" ? 0 : this.#gap();
    this.#plan();
  }

  /** Goes on to the next arrival. */
  advance(): void {
    this.#count += this.#gap();
    this.#plan();
  }

  #plan(): void {
    this.nextMs = this.#count < this.#total
      ? arrivalAt(this.#phases, this.#perSecond, this.#count)
      : undefined;
  }
}

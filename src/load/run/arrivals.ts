/**
 * When the iterations of the open model start: the planned rate, integrated.
 *
 * @module
 */
import { levelsBefore, type PlannedStage, throughEnd } from "./stage_plan.ts";
import type { Random } from "../../stats/internal.ts";
import { drawExponential } from "./think_time.ts";

/** What the numbers of arrivals may differ by from rounding. */
const EPSILON = 1e-6;

/** Returns how many arrivals are planned up to a time, as a real number. */
export function arrivalsBefore(
  stages: readonly PlannedStage[],
  atMs: number,
): number {
  return levelsBefore(stages, atMs) / 1000;
}

/** Returns the time in a stage up to which so many arrivals of it are planned. */
function arrivalAt(
  { startMs, endMs, from, to }: PlannedStage,
  arrivals: number,
): number {
  const lengthMs = endMs - startMs;
  if (from === to) return Math.min(startMs + arrivals * 1000 / from, endMs);
  // The solution of a quadratic equation, as a part of the stage.
  const area = arrivals * 1000 / lengthMs;
  const part = from === 0 ? Math.sqrt(2 * area / to) : 2 * area /
    (from + Math.sqrt(Math.max(0, from ** 2 + 2 * (to - from) * area)));
  return startMs + lengthMs * Math.min(part, 1);
}

/**
 * The planned starts, in order, in milliseconds since the load started. With
 * `constant` each is one arrival after the previous one; with `poisson` the
 * gaps are drawn. A rate that changes stretches them.
 */
export class Arrivals {
  readonly #stages: readonly PlannedStage[];
  readonly #gap: Random;
  #count: number;
  /** The next planned start; `undefined` after the last one. */
  nextMs: number | undefined;
  /** The stage that it is in. */
  stage: PlannedStage | undefined;
  #index = 0;

  constructor(
    stages: readonly PlannedStage[],
    arrivals: "constant" | "poisson",
    random: Random,
  ) {
    this.#stages = stages;
    this.#gap = arrivals === "constant"
      ? () => 1
      : () => drawExponential(random);
    this.#count = arrivals === "constant" ? 0 : this.#gap();
    this.#plan();
  }

  /** Goes on to the next arrival. */
  advance(): void {
    this.#count += this.#gap();
    this.#plan();
  }

  #plan(): void {
    for (; this.#index < this.#stages.length; this.#index++) {
      const stage = this.stage = this.#stages[this.#index];
      if (stage === undefined) break;
      if (this.#count < throughEnd(stage) / 1000 - EPSILON) {
        const before = stage.before / 1000;
        this.nextMs = arrivalAt(stage, Math.max(0, this.#count - before));
        return;
      }
    }
    this.nextMs = undefined;
  }
}

/**
 * What the open and the closed model have in common.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { Distribution } from "../../metrics/mod.ts";
import type { Counter } from "./accounting.ts";
import type { CompiledOperation } from "./compiled_operation.ts";
import type { Crew } from "./crew.ts";
import { phaseAt, type ResolvedPhases } from "./phases.ts";
import type { Random } from "../../stats/internal.ts";
import type { TimelineRecorder } from "./timeline.ts";

/** What both models work with. */
export interface ModelParts {
  readonly clock: Clock;
  /** The moment of the clock at which the load begins. */
  readonly startAt: number;
  readonly crew: Crew;
  readonly phases: ResolvedPhases;
  readonly seed: number;
  readonly operations: readonly CompiledOperation[];
  /** The index of an operation, by weight. */
  readonly choose: (random: Random) => number;
  readonly timeline: TimelineRecorder;
  /** How late operations were begun, in milliseconds, in the steady phase. */
  readonly lag: Distribution;
}

/** What both models do. */
export abstract class BaseModel {
  protected readonly parts: ModelParts;
  constructor(parts: ModelParts) {
    this.parts = parts;
  }

  protected draw(random: Random): CompiledOperation {
    const { operations, choose } = this.parts;
    return operations[choose(random)] as CompiledOperation;
  }

  /** Who counts an operation of that moment. */
  protected counterOf(
    { recorder }: CompiledOperation,
    atMs: number,
  ): Counter {
    return this.isSteady(atMs) ? recorder.steady : recorder.outside;
  }

  protected isSteady(atMs: number): boolean {
    return phaseAt(this.parts.phases, atMs - this.parts.startAt) === "steady";
  }

  protected noteLag(plannedAt: number, now: number): void {
    if (this.isSteady(plannedAt)) this.parts.lag.record(now - plannedAt);
  }
}

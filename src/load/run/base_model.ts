/**
 * What the open and the closed model have in common.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { Distribution } from "../../metrics/mod.ts";
import type { Random } from "../../stats/internal.ts";
import type { Counter } from "./accounting.ts";
import type { CompiledOperation } from "./compiled_operation.ts";
import { phaseAt, type ResolvedPhases } from "./phases.ts";
import type { Share } from "./share.ts";
import type { TimelineRecorder } from "./timeline.ts";
import type { UserPool } from "./user_pool.ts";

/** What both models work with. */
export interface ModelContext {
  readonly clock: Clock;
  /** When the load starts, on the clock. */
  readonly startAt: number;
  readonly pool: UserPool;
  readonly phases: ResolvedPhases;
  readonly seed: number;
  readonly share: Share;
  readonly operations: readonly CompiledOperation[];
  /** Draws the index of an operation, by weight. */
  readonly choose: (random: Random) => number;
  readonly timeline: TimelineRecorder;
  /** How late operations started in the steady phase, in milliseconds. */
  readonly lag: Distribution;
  /** The same in the current interval of the timeline, in all phases. */
  readonly intervalLag: Distribution;
  /** Called with milliseconds in which the thread only waited for a start. */
  readonly onIdle: (ms: number) => void;
}

/** Draws operations, and knows which phase each belongs to. */
export abstract class BaseModel {
  protected readonly context: ModelContext;

  constructor(context: ModelContext) {
    this.context = context;
  }

  /** Draws the next operation. */
  protected draw(random: Random): CompiledOperation {
    const { operations, choose } = this.context;
    return operations[choose(random)] as CompiledOperation;
  }

  /** Returns the counter of the phase at that time. */
  protected counterOf(
    { recorder }: CompiledOperation,
    at: number,
  ): Counter {
    return this.isSteady(at) ? recorder.steady : recorder.outside;
  }

  /** Returns whether the load is in its steady phase at that time. */
  protected isSteady(at: number): boolean {
    const { phases, startAt } = this.context;
    return phaseAt(phases, at - startAt) === "steady";
  }

  /** Records how late an operation of the steady phase starts. */
  protected recordLag(plannedAt: number, now: number): void {
    const { lag, intervalLag } = this.context;
    intervalLag.record(now - plannedAt);
    if (this.isSteady(plannedAt)) lag.record(now - plannedAt);
  }
}

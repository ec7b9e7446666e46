/**
 * What the open and the closed model have in common.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { Distribution } from "../../metrics/mod.ts";
import type { Random } from "../../stats/internal.ts";
import type { CompiledOperation } from "./compiled_operation.ts";
import type { ResolvedPhases } from "./phases.ts";
import type { PlannedStage } from "./stage_plan.ts";
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

/** Draws operations, and records how late they start. */
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

  /** Records how late an operation starts. */
  protected recordLag(
    stage: PlannedStage,
    plannedAt: number,
    now: number,
  ): void {
    const { lag, intervalLag } = this.context;
    intervalLag.record(now - plannedAt);
    if (stage.isMeasured) lag.record(now - plannedAt);
  }
}

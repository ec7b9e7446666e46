/**
 * Which steps an iteration of a flow takes: pure decisions without I/O.
 *
 * @module
 */
import type { Random } from "../../stats/internal.ts";
import {
  type FlowItem,
  isChoice,
  isStep,
  rowIn,
} from "../scenario/placed_steps.ts";
import type { Group } from "../scenario/scenario.ts";
import type { OperationRecorder } from "./operation_recorder.ts";
import { weightedChoice } from "./weighted_choice.ts";

/** A step with the groups that begin and end with it. */
export interface PlannedStep<Step> {
  readonly step: Step;
  /** The recorders of groups that begin with it, the outer ones first. */
  readonly opens: readonly OperationRecorder[];
  /** The recorders of groups that end with it, the inner ones first. */
  readonly closes: readonly OperationRecorder[];
}

/** The steps of one iteration in order, at least one. */
export type FlowPlan<Step> = readonly PlannedStep<Step>[];

/** What has been compiled of a flow. */
export interface FlowParts<Step> {
  /** The name of the flow; there is none of a single operation. */
  readonly outer: string | undefined;
  /** The steps, by their rows. */
  readonly steps: ReadonlyMap<string, Step>;
  readonly recorderOf: (row: string) => OperationRecorder;
}

type Item<Step> =
  | { readonly step: Step }
  | {
    readonly groups: readonly ItemGroup<Step>[];
    /** Draws one of the groups; there is nothing to draw of one. */
    readonly choose: ((random: Random) => number) | undefined;
  };

interface ItemGroup<Step> {
  readonly recorder: OperationRecorder;
  readonly items: readonly Item<Step>[];
  readonly repeat: number;
}

/** Returns what plans iterations: always the same without choices. */
export function planner<Step>(
  items: readonly FlowItem[],
  parts: FlowParts<Step>,
): (values: { readonly branches: Random } | undefined) => FlowPlan<Step> {
  const compiled = compileItems(items, parts.outer, parts);
  const expanded = (random: Random) => {
    const plan: Draft<Step>[] = [];
    expand(compiled, random, plan, []);
    return plan;
  };
  if (!compiled.some(hasChoice)) {
    const plan = expanded(() => 0);
    return () => plan;
  }
  return (values) => expanded(values?.branches ?? (() => 0));
}

function compileItems<Step>(
  items: readonly FlowItem[],
  outer: string | undefined,
  parts: FlowParts<Step>,
): Item<Step>[] {
  const { steps, recorderOf } = parts;
  const groupOf = (group: Group): ItemGroup<Step> => {
    const row = rowIn(outer ?? "", group);
    return {
      recorder: recorderOf(row),
      items: compileItems(group.steps, row, parts),
      repeat: group.repeat ?? 1,
    };
  };
  return items.flatMap((item): Item<Step>[] => {
    if (isChoice(item)) {
      const weights = item.oneOf.map(({ weight = 1 }) => weight);
      const choose = weights.length > 1 ? weightedChoice(weights) : undefined;
      return [{ groups: item.oneOf.map(groupOf), choose }];
    }
    if (!isStep(item)) return [{ groups: [groupOf(item)], choose: undefined }];
    const row = outer === undefined ? item.name : rowIn(outer, item);
    const step = steps.get(row);
    return step === undefined ? [] : [{ step }];
  });
}

function hasChoice<Step>(item: Item<Step>): boolean {
  return "groups" in item &&
    (item.choose !== undefined ||
      item.groups.some(({ items }) => items.some(hasChoice)));
}

interface Draft<Step> extends PlannedStep<Step> {
  readonly closes: OperationRecorder[];
}

function expand<Step>(
  items: readonly Item<Step>[],
  random: Random,
  plan: Draft<Step>[],
  opening: OperationRecorder[],
): void {
  for (const item of items) {
    if ("step" in item) {
      const opens = opening.splice(0);
      plan.push({ step: item.step, opens, closes: [] });
      continue;
    }
    const group = item.groups[item.choose?.(random) ?? 0];
    if (group === undefined) continue;
    for (let time = 0; time < group.repeat; time++) {
      opening.push(group.recorder);
      expand(group.items, random, plan, opening);
      plan.at(-1)?.closes.push(group.recorder);
    }
  }
}

/**
 * All that users of a scenario perform, wherever it stands: pure decisions
 * without I/O.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../codec/mod.ts";
import type { DriverIssue } from "../driver.ts";
import { isRecord } from "./check_rule.ts";
import type { Path } from "./rule.ts";
import type {
  Choice,
  Flow,
  Group,
  Operation,
  Scenario,
  Step,
} from "./scenario.ts";

/** What a flow has in order. */
export type FlowItem = Flow["steps"][number];

/** Returns whether an operation has steps. */
export function isFlow(operation: Operation | Flow): operation is Flow {
  return "steps" in operation;
}

/** Returns whether an item of a flow is a step, and not several. */
export function isStep(item: FlowItem): item is Step {
  return !("steps" in item) && !("oneOf" in item);
}

/** Returns whether an item of a flow is a choice of groups. */
export function isChoice(item: FlowItem): item is Choice {
  return "oneOf" in item;
}

/** An operation, or a step of a flow. */
export interface PlacedStep {
  readonly step: Step;
  readonly path: Path;
  /** The name of its figures. */
  readonly row: string;
  /**
   * What earlier steps of its flow capture; `undefined` if one of them is not
   * known.
   */
  readonly captured: Captured;
}

type Captured = readonly string[] | undefined;

/** A row of figures, and what it is about. */
export interface PlacedRow {
  readonly name: string;
  /** The name without those of what it is in. */
  readonly own: string;
  readonly path: Path;
  /** Whether it is a part of a flow, and so of no sum. */
  readonly isStep: boolean;
  /** Whether it is performed itself, and not what is in it. */
  readonly isLeaf: boolean;
  /** The names of the flow and the groups that it is in. */
  readonly within: readonly string[];
  readonly tags: Tags;
}

type Tags = NonNullable<Operation["tags"]>;

/** Returns whether a row has all of these tags. */
export function hasTags({ tags }: PlacedRow, wanted: Tags): boolean {
  return Object.entries(wanted).every(([name, value]) =>
    Object.hasOwn(tags, name) && tags[name] === value
  );
}

/** Returns the name of the figures of what is in a flow or a group. */
export function rowIn(outer: string, { name }: Step | Group): string {
  return `${outer}/${name}`;
}

/** The parts of a scenario with steps that are no operations. */
export type OncePart = "setup" | "teardown" | "userSetup" | "userTeardown";

/** Returns the steps of such a part in their place. */
export function onceSteps(
  scenario: Partial<Scenario>,
  part: OncePart,
): readonly PlacedStep[] {
  const before: Captured = part === "setup"
    ? []
    : part === "userTeardown"
    ? sharedCaptures(scenario)
    : capturesOf(scenario.setup);
  return new Walk([]).once(scenario[part] ?? [], part, before);
}

/** Returns what steps capture; `undefined` if one of them is not known. */
export function capturesOf(steps: readonly Step[] = []): Captured {
  let captured: Captured = [];
  for (const step of steps.values()) {
    const names = Object.keys(step?.capture ?? {});
    captured = step === undefined
      ? undefined
      : captured && [...captured, ...names];
  }
  return captured;
}

/** Returns what all iterations have: the captures of both setups. */
function sharedCaptures({ setup, userSetup }: Partial<Scenario>): Captured {
  const [once, each] = [capturesOf(setup), capturesOf(userSetup)];
  return once && each && [...once, ...each];
}

/** Returns all that is performed in a scenario, also once. */
export function allSteps(scenario: Partial<Scenario>): readonly PlacedStep[] {
  return [
    ...onceSteps(scenario, "setup"),
    ...onceSteps(scenario, "userSetup"),
    ...withSetup(placedSteps(scenario.operations ?? []), scenario),
    ...onceSteps(scenario, "userTeardown"),
    ...onceSteps(scenario, "teardown"),
  ];
}

/** Returns all that users perform. */
export function userSteps(scenario: Scenario): readonly PlacedStep[] {
  return [
    ...onceSteps(scenario, "userSetup"),
    ...withSetup(placedSteps(scenario.operations), scenario),
    ...onceSteps(scenario, "userTeardown"),
  ];
}

/** Returns steps that have what both setups have captured as well. */
export function withSetup(
  steps: readonly PlacedStep[],
  scenario: Partial<Scenario>,
): readonly PlacedStep[] {
  const shared = sharedCaptures(scenario);
  return steps.map((placed) => ({
    ...placed,
    captured: placed.captured && shared && [...shared, ...placed.captured],
  }));
}

/** Follows the items of flows, and collects what it comes by. */
class Walk {
  readonly steps: PlacedStep[] = [];
  readonly rows: PlacedRow[] = [];
  #within: string[] = [];

  constructor(operations: readonly (Operation | Flow)[]) {
    // Items with an error have left holes, which are passed over.
    operations.forEach((operation, index) => {
      const path: Path = ["operations", index];
      const { name, tags = {} } = operation;
      this.rows.push({
        name,
        own: name,
        path,
        isStep: false,
        isLeaf: !isFlow(operation),
        within: [],
        tags,
      });
      if (isFlow(operation)) {
        this.#within = [name];
        this.#items(operation.steps, [...path, "steps"], name, []);
      } else {
        this.steps.push({ step: operation, path, row: name, captured: [] });
      }
    });
  }

  once(items: readonly Step[], part: string, before: Captured): PlacedStep[] {
    this.#items(items, [part], part, before);
    return this.steps;
  }

  /** Returns what is captured after the items. */
  #items(
    items: readonly FlowItem[],
    path: Path,
    outer: string,
    before: Captured,
  ): Captured {
    let captured = before;
    for (const [index, item] of items.entries()) {
      const at = [...path, index];
      if (item === undefined) captured = undefined;
      else if (isChoice(item)) {
        captured = this.#choice(item, [...at, "oneOf"], outer, captured);
      } else if (isStep(item)) {
        const row = rowIn(outer, item);
        this.#inFlow(row, item, at, true);
        this.steps.push({ step: item, path: at, row, captured });
        const names = Object.keys(item.capture ?? {});
        captured = captured && [...captured, ...names];
      } else captured = this.#group(item, at, outer, captured);
    }
    return captured;
  }

  #group(group: Group, path: Path, outer: string, before: Captured): Captured {
    const name = rowIn(outer, group);
    this.#inFlow(name, group, path, false);
    this.#within.push(name);
    const after = this.#items(group.steps, [...path, "steps"], name, before);
    this.#within.pop();
    return after;
  }

  #inFlow(name: string, item: Step | Group, path: Path, isLeaf: boolean): void {
    this.rows.push({
      name,
      own: item.name,
      path,
      isStep: true,
      isLeaf,
      within: this.#within.slice(),
      tags: "tags" in item && item.tags || {},
    });
  }

  /** After a choice there is what all of its groups capture. */
  #choice(
    { oneOf }: Choice,
    path: Path,
    outer: string,
    before: Captured,
  ): Captured {
    let common: Captured;
    let isFirst = true;
    for (const [index, group] of oneOf.entries()) {
      if (group === undefined) return undefined;
      const after = this.#group(group, [...path, index], outer, before);
      if (after === undefined) return undefined;
      common = isFirst ? after : common?.filter((name) => after.includes(name));
      isFirst = false;
    }
    return common;
  }
}

/** Returns all operations, and the steps of all flows in their place. */
export function placedSteps(
  operations: readonly (Operation | Flow)[],
): readonly PlacedStep[] {
  return new Walk(operations).steps;
}

/**
 * Returns all figures in their order: of each operation, and of each flow with
 * its groups and steps after it.
 */
export function rowsOf(
  operations: readonly (Operation | Flow)[],
): readonly PlacedRow[] {
  return new Walk(operations).rows;
}

/** Returns the sum over the steps that an operation takes at most. */
export function mostOf(
  operation: Operation | Flow,
  of: (step: Step) => number,
): number {
  const most = (items: readonly FlowItem[]): number =>
    items.reduce((sum, item) => {
      if (isChoice(item)) {
        return sum + Math.max(0, ...item.oneOf.filter(() => true).map(ofGroup));
      }
      return sum + (isStep(item) ? of(item) : ofGroup(item));
    }, 0);
  const ofGroup = ({ steps, repeat = 1 }: Group): number =>
    most(steps) * repeat;
  return isFlow(operation) ? most(operation.steps) : of(operation);
}

/** Returns the names of the figures of steps. */
export function stepsIn(
  { operations }: Pick<Scenario, "operations">,
): ReadonlySet<string> {
  return new Set(
    rowsOf(operations).flatMap(({ name, isStep }) => isStep ? [name] : []),
  );
}

/** Returns the request of a step with the defaults of its driver. */
export function requestOf(
  { driver, request }: Step,
  { defaults = {} }: Partial<Scenario>,
): JsonObject {
  const base = Object.hasOwn(defaults, driver) ? defaults[driver] : undefined;
  if (base === undefined) return request;
  const { url, headers } = request;
  const isRelative = typeof url === "string" && /^[/?]/.test(url);
  return {
    ...base,
    ...request,
    ...isRelative && typeof base.url === "string"
      ? { url: base.url.replace(/\/$/, "") + url }
      : {},
    ...isObject(base.headers) && isObject(headers)
      ? { headers: { ...without(base.headers, headers), ...headers } }
      : {},
  };
}

/** Returns the headers that others do not have, in whatever letters. */
function without(headers: JsonObject, others: JsonObject): JsonObject {
  const names = new Set(
    Object.keys(others).map((name) => name.toLowerCase()),
  );
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !names.has(name.toLowerCase())),
  );
}

/** Returns where a part of a request stands: in a step, or in the defaults. */
export function placeOf(
  { step, path }: PlacedStep,
  { defaults = {} }: Partial<Scenario>,
  part: DriverIssue["path"],
): Path {
  const { driver, request } = step;
  const base = Object.hasOwn(defaults, driver) ? defaults[driver] : undefined;
  const isDefault = base !== undefined && has(base, part) &&
    !has(request, part);
  return isDefault
    ? ["defaults", driver, ...part]
    : [...path, "request", ...part];
}

function has(value: JsonValue, path: DriverIssue["path"]): boolean {
  let at: unknown = value;
  for (const name of path) {
    if (Array.isArray(at)) at = at[Number(name)];
    else if (isRecord(at) && Object.hasOwn(at, name)) at = at[name];
    else return false;
  }
  return true;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return isRecord(value);
}

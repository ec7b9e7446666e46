/**
 * All that users of a scenario perform, wherever it stands: pure decisions
 * without I/O.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../codec/mod.ts";
import type { DriverIssue } from "../driver.ts";
import { isRecord, type Path } from "./check_rule.ts";
import type { Flow, Operation, Scenario, Step } from "./scenario.ts";

/** Returns whether an operation has steps. */
export function isFlow(operation: Operation | Flow): operation is Flow {
  return "steps" in operation;
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
  readonly captured: readonly string[] | undefined;
}

/** Returns the name of the figures of a step. */
export function stepRow(flow: Flow, step: Step): string {
  return `${flow.name}/${step.name}`;
}

/** Returns all operations, and the steps of all flows in their place. */
export function placedSteps(
  operations: readonly (Operation | Flow)[],
): PlacedStep[] {
  const placed: PlacedStep[] = [];
  // Items with an error have left holes, which are passed over.
  operations.forEach((operation, index) => {
    const path: Path = ["operations", index];
    if (!isFlow(operation)) {
      const { name } = operation;
      placed.push({ step: operation, path, row: name, captured: [] });
      return;
    }
    let captured: readonly string[] | undefined = [];
    for (const [number, step] of operation.steps.entries()) {
      if (step === undefined) {
        captured = undefined;
        continue;
      }
      placed.push({
        step,
        path: [...path, "steps", number],
        row: stepRow(operation, step),
        captured,
      });
      const names = Object.keys(step.capture ?? {});
      if (captured !== undefined) captured = [...captured, ...names];
    }
  });
  return placed;
}

/**
 * Returns the names of all figures in their order: of each operation, and of
 * each flow with its steps after it.
 */
export function rowsOf(
  operations: readonly (Operation | Flow)[],
): { readonly name: string; readonly isStep: boolean }[] {
  return operations.flatMap((operation) => [
    { name: operation.name, isStep: false },
    ...isFlow(operation)
      ? operation.steps.filter(() => true).map((step) => ({
        name: stepRow(operation, step),
        isStep: true,
      }))
      : [],
  ]);
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

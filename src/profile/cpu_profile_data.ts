/**
 * CPU profiles as V8 writes them: the content of a `.cpuprofile` file.
 *
 * @module
 */
import { ProfileError } from "./profile_errors.ts";

/** Where a function is. */
export interface CallFrame {
  /** Empty for a function without a name; in parentheses for V8 itself. */
  readonly functionName: string;
  /** The module; empty for V8 itself. */
  readonly url: string;
  /** From 0 on; -1 if it is not known. */
  readonly lineNumber: number;
  /** From 0 on; -1 if it is not known. */
  readonly columnNumber: number;
}

/** A function, called along one path from the root. */
export interface CpuProfileNode {
  /** Unique in its profile. */
  readonly id: number;
  /** The function. */
  readonly callFrame: CallFrame;
  /** The nodes that it called. */
  readonly children?: readonly number[];
}

/** What Chrome's DevTools and speedscope open. */
export interface CpuProfileData {
  /** The first one is the root. */
  readonly nodes: readonly CpuProfileNode[];
  /** In microseconds, of a clock of its own. */
  readonly startTime: number;
  /** In microseconds, of the same clock. */
  readonly endTime: number;
  /** The node in which each sample found the thread. */
  readonly samples: readonly number[];
  /** Microseconds from the sample before, or the start, to each sample. */
  readonly timeDeltas: readonly number[];
}

/**
 * Reads the text of a `.cpuprofile` file.
 *
 * @example
 * ```ts
 * import { parseCpuProfile } from "@troupe/troupe/profile";
 *
 * const callFrame = {
 *   functionName: "(root)",
 *   url: "",
 *   lineNumber: -1,
 *   columnNumber: -1,
 * };
 * const data = parseCpuProfile(JSON.stringify({
 *   nodes: [{ id: 1, callFrame }],
 *   startTime: 0,
 *   endTime: 1000,
 *   samples: [1],
 *   timeDeltas: [500],
 * }));
 * console.assert(data.samples.length === 1);
 * ```
 *
 * @throws {ProfileError} when it is no CPU profile with samples.
 */
export function parseCpuProfile(text: string): CpuProfileData {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProfileError(
      "Cannot read the CPU profile: it is no JSON, pass the text of a .cpuprofile file",
      { cause },
    );
  }
  return checkCpuProfile(value);
}

/** @throws {ProfileError} when it is no CPU profile with samples. */
export function checkCpuProfile(value: unknown): CpuProfileData {
  const check = (holds: boolean, what: string): void => {
    if (holds) return;
    throw new ProfileError(
      `Cannot read the CPU profile: ${what}, pass what V8's profiler has written`,
    );
  };
  if (!isCpuProfile(value)) {
    throw new ProfileError(
      "Cannot read the CPU profile: nodes, samples, timeDeltas, startTime or endTime is missing or of the wrong type, pass what V8's profiler has written",
    );
  }
  const ids = new Set(value.nodes.map(({ id }) => id));
  check(ids.size === value.nodes.length, "two nodes have the same id");
  check(value.nodes.length > 0, "it has no nodes");
  check(
    value.samples.length === value.timeDeltas.length,
    "samples and timeDeltas differ in length",
  );
  check(value.samples.every((id) => ids.has(id)), "a sample has no node");
  const seen = new Set<number>();
  for (const { children = [] } of value.nodes) {
    for (const child of children) {
      check(ids.has(child), "a child has no node");
      check(!seen.has(child), "a node is the child of two");
      seen.add(child);
    }
  }
  // With that, there can be no circle that the root reaches.
  const [root] = value.nodes;
  check(root !== undefined && !seen.has(root.id), "its root is a child");
  return value;
}

function isCpuProfile(value: unknown): value is CpuProfileData {
  return isObject(value) &&
    Number.isFinite(value["startTime"]) && Number.isFinite(value["endTime"]) &&
    isArrayOf(value["samples"], Number.isFinite) &&
    isArrayOf(value["timeDeltas"], Number.isFinite) &&
    isArrayOf(value["nodes"], isNode);
}

function isNode(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { id, callFrame, children = [] } = value;
  return Number.isFinite(id) && isArrayOf(children, Number.isFinite) &&
    isObject(callFrame) &&
    typeof callFrame["functionName"] === "string" &&
    typeof callFrame["url"] === "string" &&
    Number.isFinite(callFrame["lineNumber"]) &&
    Number.isFinite(callFrame["columnNumber"]);
}

function isArrayOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

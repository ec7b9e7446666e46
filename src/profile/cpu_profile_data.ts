/**
 * CPU profiles as V8 writes them: the content of a `.cpuprofile` file.
 *
 * @module
 */
import { ProfileError } from "./profile_errors.ts";

/** The position of a function in the source. */
export interface CallFrame {
  /** Name of the function; empty if it has none, in parentheses for V8. */
  readonly functionName: string;
  /** URL of the module; empty for V8 itself. */
  readonly url: string;
  /** Line of the function, from 0; -1 if it is not known. */
  readonly lineNumber: number;
  /** Column of the function, from 0; -1 if it is not known. */
  readonly columnNumber: number;
}

/** A function, as it is called along one path from the root. */
export interface CpuProfileNode {
  /** Id of the node, unique in its profile. */
  readonly id: number;
  /** The function that was called. */
  readonly callFrame: CallFrame;
  /** Ids of the nodes that it called. */
  readonly children?: readonly number[];
}

/** The format that V8 writes, and that DevTools and speedscope open. */
export interface CpuProfileData {
  /** Nodes of the call tree; the first one is the root. */
  readonly nodes: readonly CpuProfileNode[];
  /** Start of the profile in microseconds, on a clock of V8's. */
  readonly startTime: number;
  /** End of the profile in microseconds, on the same clock. */
  readonly endTime: number;
  /** Id of the node in which each sample found the thread. */
  readonly samples: readonly number[];
  /** Microseconds to each sample from the one before, or from the start. */
  readonly timeDeltas: readonly number[];
}

/**
 * Parses the text of a `.cpuprofile` file.
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
 * @throws {ProfileError} if the text is not a CPU profile with samples.
 */
export function parseCpuProfile(text: string): CpuProfileData {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ProfileError(
      "Cannot read the CPU profile: the text is not JSON, pass the text of a .cpuprofile file",
      { cause },
    );
  }
  return checkCpuProfile(value);
}

/**
 * Returns the value if it is a CPU profile.
 *
 * @throws {ProfileError} if it is not a CPU profile with samples.
 */
export function checkCpuProfile(value: unknown): CpuProfileData {
  const check = (holds: boolean, what: string): void => {
    if (holds) return;
    throw new ProfileError(
      `Cannot read the CPU profile: ${what}, pass what V8's profiler wrote`,
    );
  };
  if (!isCpuProfile(value)) {
    throw new ProfileError(
      "Cannot read the CPU profile: nodes, samples, timeDeltas, startTime or endTime is missing or of the wrong type, pass what V8's profiler wrote",
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
      check(!seen.has(child), "a node is the child of two nodes");
      seen.add(child);
    }
  }
  // So there can be no cycle that is reachable from the root.
  const [root] = value.nodes;
  check(root !== undefined && !seen.has(root.id), "the root is a child");
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

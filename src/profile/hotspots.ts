/**
 * The time in a call tree, by function and by file.
 *
 * @module
 */
import type { CallNode } from "./call_tree.ts";
import type { CallFrame } from "./cpu_profile_data.ts";

/** The times of a function or file over all its calls. */
export interface HotspotTimes {
  /** Milliseconds in itself, without what it called. */
  readonly selfMs: number;
  /** Milliseconds in itself and in what it called; recursion counts once. */
  readonly totalMs: number;
  /** Share of `selfMs` in the time that was not idle, from 0 to 1. */
  readonly selfShare: number;
  /** Share of `totalMs` in the time that was not idle, from 0 to 1. */
  readonly totalShare: number;
}

/** A function, with its times. */
export interface Hotspot extends HotspotTimes {
  /**
   * Name of the function; `(anonymous)` if it has none, in parentheses for V8.
   */
  readonly functionName: string;
  /** URL of its module; empty for V8 itself. */
  readonly url: string;
  /** Line of the function, from 1; `null` if it is not known. */
  readonly line: number | null;
}

/** A module, with the times of its functions. */
export interface FileHotspot extends HotspotTimes {
  /** URL of the module; empty for V8: garbage collection and native code. */
  readonly url: string;
}

/** Returns the name of a function for reports. */
export function frameName({ functionName }: CallFrame): string {
  return functionName === "" ? "(anonymous)" : functionName;
}

/** Returns the functions, those with the most time of their own first. */
export function hotspotsByFunction(root: CallNode): Hotspot[] {
  const key = (frame: CallFrame) =>
    JSON.stringify([
      frame.functionName,
      frame.url,
      frame.lineNumber,
      frame.columnNumber,
    ]);
  return sumBy(root, key).map(({ frame, ...times }) => ({
    functionName: frameName(frame),
    url: frame.url,
    line: frame.lineNumber < 0 ? null : frame.lineNumber + 1,
    ...times,
  }));
}

/** Returns the files, those with the most time of their own first. */
export function hotspotsByFile(root: CallNode): FileHotspot[] {
  return sumBy(root, ({ url }) => url)
    .map(({ frame, ...times }) => ({ url: frame.url, ...times }));
}

interface Sum {
  readonly frame: CallFrame;
  self: number;
  total: number;
  /** Number of its calls on the path to the root. */
  open: number;
}

function sumBy(
  root: CallNode,
  keyOf: (frame: CallFrame) => string,
): (HotspotTimes & { readonly frame: CallFrame })[] {
  const sums = new Map<string, Sum>();
  const visit = (node: CallNode): void => {
    const key = keyOf(node.frame);
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = { frame: node.frame, self: 0, total: 0, open: 0 };
      sums.set(key, sum);
    }
    sum.self += node.selfMicros;
    // A recursive call is already part of the time.
    if (sum.open === 0) sum.total += node.totalMicros;
    sum.open++;
    node.children.forEach(visit);
    sum.open--;
  };
  // The root is not a function.
  root.children.forEach(visit);
  const all = root.totalMicros;
  const share = (micros: number) => all === 0 ? 0 : Math.min(1, micros / all);
  return [...sums.values()]
    .filter(({ total }) => total > 0)
    .sort((a, b) => b.self - a.self || b.total - a.total)
    .map(({ frame, self, total }) => ({
      frame,
      selfMs: self / 1000,
      totalMs: total / 1000,
      selfShare: share(self),
      totalShare: share(total),
    }));
}

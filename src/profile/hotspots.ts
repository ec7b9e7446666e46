/**
 * Where the time of a tree of calls went, by function and by file.
 *
 * @module
 */
import type { CallNode } from "./call_tree.ts";
import type { CallFrame } from "./cpu_profile_data.ts";

/** Times of a function or a file, in all its calls. */
export interface HotspotTimes {
  /** Milliseconds in it, without what it called. */
  readonly selfMs: number;
  /** Milliseconds in it and in what it called; recursion counts once. */
  readonly totalMs: number;
  /** What `selfMs` is of all the time that was not idle, from 0 to 1. */
  readonly selfShare: number;
  /** The same of `totalMs`. */
  readonly totalShare: number;
}

/** A function that took time. */
export interface Hotspot extends HotspotTimes {
  /** `(anonymous)` for one without a name; in parentheses for V8 itself. */
  readonly functionName: string;
  /** Its module; empty for V8 itself. */
  readonly url: string;
  /** From 1 on; `null` if it is not known. */
  readonly line: number | null;
}

/** A module whose functions took time. */
export interface FileHotspot extends HotspotTimes {
  /** Empty for V8 itself, which collects garbage and runs native code. */
  readonly url: string;
}

/** What functions are called in reports. */
export function frameName({ functionName }: CallFrame): string {
  return functionName === "" ? "(anonymous)" : functionName;
}

/** Functions, those with the most time of their own first. */
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

/** Files, those with the most time of their own first. */
export function hotspotsByFile(root: CallNode): FileHotspot[] {
  return sumBy(root, ({ url }) => url)
    .map(({ frame, ...times }) => ({ url: frame.url, ...times }));
}

interface Sum {
  readonly frame: CallFrame;
  self: number;
  total: number;
  /** How many of its calls are open on the path to the root. */
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
    // What it calls itself is part of the time already.
    if (sum.open === 0) sum.total += node.totalMicros;
    sum.open++;
    node.children.forEach(visit);
    sum.open--;
  };
  // The root is no function.
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

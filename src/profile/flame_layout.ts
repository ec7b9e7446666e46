/**
 * The layout of a flame graph: pure geometry, in shares of the width.
 *
 * @module
 */
import type { CallNode } from "./call_tree.ts";
import type { CallFrame } from "./cpu_profile_data.ts";

/** One box: a function, as it is called along one path. */
export interface FlameBox {
  readonly frame: CallFrame;
  /** Depth of the call; 0 for functions without a caller. */
  readonly depth: number;
  /** Left edge, from 0 to 1. */
  readonly left: number;
  /** Width: its share of the time, above 0, at most 1. */
  readonly width: number;
  readonly selfMicros: number;
  readonly totalMicros: number;
}

/**
 * Places each call above its caller, as wide as its time. Calls of the same
 * function by the same caller are merged; siblings are sorted by name; boxes
 * narrower than `minWidth`, from 0 to 1, are omitted.
 */
export function layOutFlames(root: CallNode, minWidth: number): FlameBox[] {
  const boxes: FlameBox[] = [];
  const all = root.totalMicros;
  if (all === 0) return boxes;
  const place = (
    calls: readonly CallNode[],
    depth: number,
    start: number,
  ): void => {
    let left = start;
    for (const call of merge(calls)) {
      const width = call.totalMicros / all;
      if (width >= minWidth && width > 0) {
        const { frame, selfMicros, totalMicros } = call;
        boxes.push({ frame, depth, left, width, selfMicros, totalMicros });
        place(call.children, depth + 1, left);
      }
      left += width;
    }
  };
  place(root.children, 0, 0);
  return boxes;
}

function merge(calls: readonly CallNode[]): CallNode[] {
  const byFrame = Map.groupBy(calls, ({ frame }) =>
    JSON.stringify([
      frame.functionName,
      frame.url,
      frame.lineNumber,
      frame.columnNumber,
    ]));
  return [...byFrame]
    .sort(([a], [b]) => a < b ? -1 : 1)
    .flatMap(([, same]) => {
      const [first] = same;
      if (first === undefined || same.length === 1) return same;
      return [{
        frame: first.frame,
        selfMicros: same.reduce((sum, call) => sum + call.selfMicros, 0),
        totalMicros: same.reduce((sum, call) => sum + call.totalMicros, 0),
        children: same.flatMap((call) => call.children),
      }];
    });
}

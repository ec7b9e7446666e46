/**
 * The call tree of a CPU profile, with the time of each call.
 *
 * @module
 */
import type { CallFrame, CpuProfileData } from "./cpu_profile_data.ts";

/** A function, as it is called along one path. */
export interface CallNode {
  readonly frame: CallFrame;
  /** Microseconds in the function itself. */
  readonly selfMicros: number;
  /** Microseconds in the function and in what it called. */
  readonly totalMicros: number;
  readonly children: readonly CallNode[];
}

/** All calls of a profile; idle time is kept apart. */
export interface CallTree {
  readonly root: CallNode;
  /** Microseconds in which the thread was idle. */
  readonly idleMicros: number;
}

/** V8's name for idle time. */
const IDLE = "(idle)";

/** Builds the call tree of a profile. */
export function buildCallTree(data: CpuProfileData): CallTree {
  const times = sampleMicros(data);
  const nodes = new Map(data.nodes.map((node) => [node.id, node]));
  let idleMicros = 0;
  const build = (id: number): CallNode[] => {
    const node = nodes.get(id);
    if (node === undefined) return [];
    const selfMicros = times.get(id) ?? 0;
    if (node.callFrame.functionName === IDLE && node.callFrame.url === "") {
      idleMicros += selfMicros;
      return [];
    }
    const children = (node.children ?? []).flatMap(build);
    const below = children.reduce(
      (sum, { totalMicros }) => sum + totalMicros,
      0,
    );
    return [{
      frame: node.callFrame,
      selfMicros,
      totalMicros: selfMicros + below,
      children,
    }];
  };
  const [root = EMPTY] = data.nodes.slice(0, 1).flatMap(({ id }) => build(id));
  return { root, idleMicros };
}

const EMPTY: CallNode = {
  frame: { functionName: "(root)", url: "", lineNumber: -1, columnNumber: -1 },
  selfMicros: 0,
  totalMicros: 0,
  children: [],
};

/**
 * Returns the microseconds in each node: a sample counts for the time until the
 * next one, and the last one until the end, as in DevTools.
 */
function sampleMicros(data: CpuProfileData): Map<number, number> {
  let at = data.startTime;
  const samples = data.samples.map((id, index) => {
    at += data.timeDeltas[index] ?? 0;
    return { id, at };
  });
  // V8 writes some samples out of order, with a negative delta.
  samples.sort((a, b) => a.at - b.at);
  const times = new Map<number, number>();
  samples.forEach((sample, index) => {
    const until = samples[index + 1]?.at ?? data.endTime;
    const micros = Math.max(0, until - sample.at);
    times.set(sample.id, (times.get(sample.id) ?? 0) + micros);
  });
  return times;
}

/**
 * CPU profiles made by hand: one sample a millisecond.
 *
 * @module
 */
import type {
  CpuProfileData,
  CpuProfileNode,
} from "../../src/profile/cpu_profile_data.ts";

/** Where the functions of these profiles are. */
export const APP = "file:///app/main.ts";

const V8 = /^\(.*\)$/;

/**
 * A profile of stacks, one a millisecond, such as `["main parse", "(idle)"]`:
 * functions from the outermost to the one that runs.
 */
export function profileOf(stacks: readonly string[]): CpuProfileData {
  const root = { id: 1, name: "(root)", children: new Map<string, Call>() };
  const calls: Call[] = [root];
  const samples = stacks.map((stack) => {
    let call: Call = root;
    for (const name of stack.split(" ")) {
      let next = call.children.get(name);
      if (next === undefined) {
        next = { id: calls.length + 1, name, children: new Map() };
        call.children.set(name, next);
        calls.push(next);
      }
      call = next;
    }
    return call.id;
  });
  return {
    nodes: calls.map(toNode),
    startTime: 5000,
    endTime: 5000 + stacks.length * 1000,
    samples,
    timeDeltas: stacks.map((_, index) => index === 0 ? 0 : 1000),
  };
}

interface Call {
  readonly id: number;
  readonly name: string;
  readonly children: Map<string, Call>;
}

function toNode({ id, name, children }: Call): CpuProfileNode {
  const ours = !V8.test(name);
  return {
    id,
    callFrame: {
      functionName: name === "anonymous" ? "" : name,
      url: ours ? (name.startsWith("lib") ? "file:///app/lib.ts" : APP) : "",
      lineNumber: ours ? name.length : -1,
      columnNumber: ours ? 0 : -1,
    },
    children: [...children.values()].map((child) => child.id),
  };
}

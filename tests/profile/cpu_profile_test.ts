import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { assertNear } from "./near.ts";
import fc from "fast-check";
import { buildCallTree } from "../../src/profile/call_tree.ts";
import { CpuProfile } from "../../src/profile/cpu_profile.ts";
import { parseCpuProfile } from "../../src/profile/cpu_profile_data.ts";
import { layOutFlames } from "../../src/profile/flame_layout.ts";
import { ProfileError } from "../../src/profile/profile_errors.ts";
import { APP, profileOf } from "./cpu_profiles.ts";

const stacks = [
  "main parse",
  "main parse",
  "main libHash",
  "(idle)",
  "main",
  "(garbage",
];
const profile = new CpuProfile(
  profileOf(
    stacks.map((stack) => stack === "(garbage" ? "(garbage-collector)" : stack),
  ),
);

Deno.test("a function has the time of its own samples, and of those that it called", () => {
  const main = profile.report().functions
    .find(({ functionName }) => functionName === "main");
  assertEquals(main, {
    functionName: "main",
    url: APP,
    line: 5,
    selfMs: 1,
    totalMs: 4,
    selfShare: 1 / 5,
    totalShare: 4 / 5,
  });
});

Deno.test("the function with the most time of its own comes first", () => {
  const [first] = profile.report().functions;
  assertEquals([first?.functionName, first?.selfMs], ["parse", 2]);
});

Deno.test("idle time is not part of the shares", () => {
  const { durationMs, busyMs, functions } = profile.report();
  assertEquals([durationMs, busyMs], [6, 5]);
  const shares = functions.reduce((sum, { selfShare }) => sum + selfShare, 0);
  assertNear(shares, 1);
});

Deno.test("a file has the time of all its functions", () => {
  const files = profile.report().files.map(({ url, selfMs, totalMs }) => [
    url,
    selfMs,
    totalMs,
  ]);
  assertEquals(files, [
    [APP, 3, 4],
    ["file:///app/lib.ts", 1, 1],
    ["", 1, 1],
  ]);
});

Deno.test("recursion counts once in the total time", () => {
  const { functions } = new CpuProfile(profileOf(["walk walk walk", "walk"]))
    .report();
  assertEquals(functions.map(({ selfMs, totalMs }) => [selfMs, totalMs]), [
    [2, 2],
  ]);
});

Deno.test("a sample lasts until the next one, and samples that V8 wrote out of order are sorted", () => {
  const data = profileOf(["a", "b"]);
  const { functions } = new CpuProfile({
    ...data,
    samples: [2, 3, 2],
    timeDeltas: [0, 1500, -500],
  }).report();
  assertEquals(
    functions.map(({ functionName, selfMs }) => [functionName, selfMs]),
    [["a", 1.5], ["b", 0.5]],
  );
});

Deno.test("the times of all calls add up to the time of the profile", () => {
  const calls = fc.array(fc.constantFrom("a", "b", "c"), {
    minLength: 1,
    maxLength: 6,
  }).map((names) => names.join(" "));
  const stack = fc.oneof(fc.constant("(idle)"), calls);
  fc.assert(fc.property(fc.array(stack, { maxLength: 40 }), (stacks) => {
    const { root, idleMicros } = buildCallTree(profileOf(stacks));
    assertNear(root.totalMicros + idleMicros, stacks.length * 1000);
  }));
});

Deno.test("each box of a flame graph is on top of its caller, and no two overlap", () => {
  const stack = fc.array(fc.constantFrom("a", "b", "c"), {
    minLength: 1,
    maxLength: 5,
  }).map((names) => names.join(" "));
  fc.assert(fc.property(fc.array(stack, { maxLength: 40 }), (stacks) => {
    const boxes = layOutFlames(buildCallTree(profileOf(stacks)).root, 0);
    const inside = (x: number, box: typeof boxes[number]) =>
      x >= box.left - 1e-9 && x <= box.left + box.width + 1e-9;
    for (const box of boxes) {
      const below = boxes.filter(({ depth }) => depth === box.depth - 1);
      assert(
        box.depth === 0 ||
          below.some((one) =>
            inside(box.left, one) && inside(box.left + box.width, one)
          ),
      );
      const beside = boxes.filter((one) =>
        one !== box && one.depth === box.depth
      );
      for (const one of beside) {
        assert(
          one.left + one.width <= box.left + 1e-9 ||
            box.left + box.width <= one.left + 1e-9,
        );
      }
    }
  }));
});

Deno.test("calls of one function by the same caller are one box", () => {
  const data = profileOf(["main", "main a", "(idle)", "main a"]);
  // V8 has a node for each place of a call.
  const twice = {
    ...data,
    nodes: [
      ...data.nodes.map((node) =>
        node.id === 2 ? { ...node, children: [3, 5] } : node
      ),
      ...data.nodes.filter(({ id }) => id === 3).map((node) => ({
        ...node,
        id: 5,
      })),
    ],
    samples: [2, 3, 4, 5],
  };
  const boxes = layOutFlames(buildCallTree(twice).root, 0);
  assertEquals(
    boxes.map(({ frame, width }) => [frame.functionName, width]),
    [["main", 1], ["a", 2 / 3]],
  );
});

Deno.test("boxes that are too narrow to be seen are omitted", () => {
  const many = Array.from({ length: 3000 }, () => "long");
  const svg = new CpuProfile(profileOf([...many, "short"])).flameGraph();
  assertStringIncludes(svg, "long");
  assert(!svg.includes("short"));
});

Deno.test("a flame graph escapes all names", () => {
  const name = '<script>"&\u0000\ud800';
  const svg = new CpuProfile(profileOf([name])).flameGraph({ title: "a<b" });
  assertStringIncludes(svg, "&lt;script&gt;&quot;&amp;\ufffd\ufffd");
  assertStringIncludes(svg, "a&lt;b");
  assert(!svg.includes("<script"));
});

Deno.test("a function without a name is (anonymous)", () => {
  const [only] = new CpuProfile(profileOf(["anonymous"])).report().functions;
  assertEquals(only?.functionName, "(anonymous)");
});

Deno.test("an idle profile has no hotspots, and a flame graph that says so", () => {
  const idle = new CpuProfile(profileOf(["(idle)"]));
  assertEquals(idle.report().functions, []);
  assertStringIncludes(idle.flameGraph(), "No time was spent.");
});

Deno.test("a profile is written as it was read", () => {
  const data = profileOf(["a b", "a"]);
  assertEquals(
    parseCpuProfile(new CpuProfile(data).toCpuProfile()),
    data,
  );
});

const valid = profileOf(["a", "b"]);
for (
  const [what, data] of [
    ["no nodes", { ...valid, nodes: [] }],
    ["a sample without a node", { ...valid, samples: [2, 9] }],
    ["fewer deltas than samples", { ...valid, timeDeltas: [0] }],
    ["no samples", { ...valid, samples: undefined }],
    ["a circle", {
      ...valid,
      nodes: valid.nodes.map((node) => ({ ...node, children: [1] })),
    }],
    ["two nodes of one id", {
      ...valid,
      nodes: valid.nodes.map((node) => ({ ...node, id: 1 })),
    }],
  ] as const
) {
  Deno.test(`a profile with ${what} is refused`, () => {
    assertThrows(
      () => parseCpuProfile(JSON.stringify(data)),
      ProfileError,
      "Cannot read the CPU profile",
    );
  });
}

Deno.test("a text that is not JSON is refused", () => {
  assertThrows(
    () => parseCpuProfile("{"),
    ProfileError,
    "the text is not JSON",
  );
});

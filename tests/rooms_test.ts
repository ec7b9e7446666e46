import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import {
  circlesByValue,
  forbiddenImports,
  type Import,
  longFiles,
  readModuleGraph,
} from "./support/module_graph.ts";

const root = new URL("../", import.meta.url);

Deno.test("forbiddenImports() accepts imports through a door that point down, and those within a room", () => {
  assertEquals(
    forbiddenImports([
      { from: "src/session/wire/inbox.ts", to: "src/actor/internal.ts" },
      { from: "src/tcp/pool.ts", to: "src/session/mod.ts" },
      { from: "src/tcp/pool.ts", to: "src/tcp/dial.ts" },
      { from: "src/tcp_conn/pool.ts", to: "src/tcp/internal.ts" },
      { from: "src/terminal/http/api.ts", to: "src/pty/mod.ts" },
      { from: "src/load/cli/run.ts", to: "src/metrics/mod.ts" },
      { from: "mod.ts", to: "src/tcp/mod.ts" },
    ]),
    [],
  );
});

Deno.test("forbiddenImports() names an import that points up", () => {
  assertEquals(
    forbiddenImports([
      { from: "src/stats/holm.ts", to: "src/actor/mod.ts" },
      { from: "src/tcp_conn/peer.ts", to: "src/metrics/mod.ts" },
    ]),
    [
      "src/stats/holm.ts imports src/actor/mod.ts: stats may import checks alone",
      "src/tcp_conn/peer.ts imports src/metrics/mod.ts: tcp_conn may import actor, checks, session, tcp alone",
    ],
  );
});

Deno.test("forbiddenImports() names an import past the doors of a room", () => {
  assertEquals(
    forbiddenImports([
      { from: "src/tcp/pool.ts", to: "src/session/peer.ts" },
      { from: "src/session/peer.ts", to: "src/session/mod.ts" },
    ]),
    [
      "src/tcp/pool.ts imports src/session/peer.ts: rooms meet through mod.ts and internal.ts alone",
      "src/session/peer.ts imports src/session/mod.ts: a room does not import its own door",
    ],
  );
});

Deno.test("forbiddenImports() lets the builds of pages alone share how they are built", () => {
  assertEquals(
    forbiddenImports([
      { from: "src/metrics/page/build.ts", to: "src/web/page/build.ts" },
      { from: "src/metrics/serve_metrics.ts", to: "src/web/page/build.ts" },
      { from: "src/metrics/page/main.ts", to: "src/web/page/build.ts" },
    ]).length,
    2,
  );
});

Deno.test("forbiddenImports() keeps the frames below the session", () => {
  assertEquals(
    forbiddenImports([
      { from: "src/session/wire/inbox.ts", to: "src/session/errors.ts" },
    ]).length,
    1,
  );
});

Deno.test("forbiddenImports() names an import across to a sibling", () => {
  for (
    const [from, to] of [
      ["pty", "tcp"],
      ["terminal", "tcp"],
      ["metrics", "tcp"],
      ["metrics", "telemetry"],
      ["tcp", "tcp_conn"],
      ["tcp", "testing"],
      ["tcp", "rpc"],
      ["testing", "load"],
      ["compare", "load"],
    ]
  ) {
    const found = forbiddenImports([
      { from: `src/${from}/mod.ts`, to: `src/${to}/mod.ts` },
    ]);
    assertEquals(found.length, 1, `${from} imports ${to}`);
  }
});

Deno.test("forbiddenImports() lets mod.ts import the entry points of its rooms alone", () => {
  assertEquals(
    forbiddenImports([
      { from: "mod.ts", to: "src/tcp/listener.ts" },
      { from: "mod.ts", to: "src/terminal/mod.ts" },
    ]).length,
    2,
  );
});

Deno.test("forbiddenImports() names a file that belongs to no room", () => {
  assertEquals(
    forbiddenImports([
      { from: "src/util.ts", to: "src/actor/mod.ts" },
      { from: "src/nowhere/mod.ts", to: "src/actor/mod.ts" },
      { from: "src/actor/ref.ts", to: "mod.ts" },
      { from: "src/actor/ref.ts", to: "tests/support/probe.ts" },
    ]),
    [
      "src/util.ts imports src/actor/mod.ts: src/util.ts belongs to no room",
      "src/nowhere/mod.ts imports src/actor/mod.ts: src/nowhere/mod.ts belongs to no room",
      "src/actor/ref.ts imports mod.ts: mod.ts belongs to no room",
      "src/actor/ref.ts imports tests/support/probe.ts: tests/support/probe.ts belongs to no room",
    ],
  );
});

Deno.test("circlesByValue() names files that import each other, but for types", () => {
  assertEquals(
    circlesByValue([
      { from: "a.ts", to: "b.ts" },
      { from: "b.ts", to: "c.ts" },
      { from: "c.ts", to: "a.ts" },
      { from: "c.ts", to: "d.ts" },
      { from: "d.ts", to: "c.ts", isType: true },
    ]),
    [["a.ts", "b.ts", "c.ts"]],
  );
});

Deno.test("longFiles() names a file over the limit", () => {
  assertEquals(
    longFiles(new Map([["src/a.ts", 400], ["src/b.ts", 401]])),
    ["src/b.ts has 401 lines, over 400"],
  );
});

Deno.test("rooms import downwards only, through their doors, and no circle exists by value", async () => {
  const seen = new Set<string>();
  const imports: Import[] = [];
  const sources = await Array.fromAsync(sourcesIn("src"));
  // Files that no entry point reaches, such as workers, are read on their own.
  for (const path of [...Object.values(config.exports), ...sources]) {
    const entryPoint = path.replace(/^\.\//, "");
    if (seen.has(entryPoint)) continue;
    const graph = await readModuleGraph(root, entryPoint);
    for (const module of graph.modules) seen.add(module);
    imports.push(...graph.imports);
  }
  assert(imports.length > 0, "no import was read");
  assertEquals([...new Set(forbiddenImports(imports))], []);
  assertEquals(circlesByValue(imports), []);
});

Deno.test("no file of the package is too long", async () => {
  const lines = new Map<string, number>();
  for await (const path of sourcesIn("src")) {
    const text = await Deno.readTextFile(new URL(path, root));
    lines.set(path, text.split("\n").length - 1);
  }
  assert(lines.size > 0, "no file was read");
  assertEquals(longFiles(lines), []);
});

/** The paths of the TypeScript files in a directory of the repository. */
async function* sourcesIn(directory: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(directory, root))) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) yield* sourcesIn(path);
    else if (path.endsWith(".ts")) yield path;
  }
}

import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import {
  forbiddenImports,
  type Import,
  longFiles,
  readModuleGraph,
} from "./support/module_graph.ts";

const root = new URL("../", import.meta.url);

Deno.test("forbiddenImports() accepts imports that point down or stay in their layer", () => {
  assertEquals(
    forbiddenImports([
      { from: "src/wire/frame.ts", to: "src/actor/mod.ts" },
      { from: "src/tcp/pool.ts", to: "src/wire/mod.ts" },
      { from: "src/tcp/pool.ts", to: "src/tcp/socket.ts" },
      { from: "src/tcp_conn/pool.ts", to: "src/tcp/errors.ts" },
      { from: "src/terminal/server.ts", to: "src/pty/mod.ts" },
      { from: "src/load/main.ts", to: "src/metrics/mod.ts" },
      { from: "src/testing/mod.ts", to: "src/tcp/mod.ts" },
      { from: "mod.ts", to: "src/tcp/mod.ts" },
    ]),
    [],
  );
});

Deno.test("forbiddenImports() names an import that points up", () => {
  assertEquals(
    forbiddenImports([
      { from: "src/actor/ref.ts", to: "src/wire/mod.ts" },
      { from: "src/wire/frame.ts", to: "src/tcp/socket.ts" },
    ]),
    [
      "src/actor/ref.ts imports src/wire/mod.ts: actor may import no other layer",
      "src/wire/frame.ts imports src/tcp/socket.ts: wire may import actor alone",
    ],
  );
});

Deno.test("forbiddenImports() names an import across to a sibling", () => {
  for (
    const [from, to] of [
      ["pty", "tcp"],
      ["terminal", "tcp"],
      ["metrics", "wire"],
      ["tcp", "tcp_conn"],
      ["tcp", "testing"],
      ["testing", "load"],
    ]
  ) {
    const found = forbiddenImports([
      { from: `src/${from}/mod.ts`, to: `src/${to}/mod.ts` },
    ]);
    assertEquals(found.length, 1, `${from} imports ${to}`);
  }
});

Deno.test("forbiddenImports() lets mod.ts import the entry points of its layers alone", () => {
  assertEquals(
    forbiddenImports([
      { from: "mod.ts", to: "src/tcp/socket.ts" },
      { from: "mod.ts", to: "src/terminal/mod.ts" },
    ]).length,
    2,
  );
});

Deno.test("forbiddenImports() names a file that belongs to no layer", () => {
  assertEquals(
    forbiddenImports([
      { from: "src/util.ts", to: "src/actor/mod.ts" },
      { from: "src/bus/mod.ts", to: "src/actor/mod.ts" },
      { from: "src/actor/ref.ts", to: "mod.ts" },
      { from: "src/actor/ref.ts", to: "tests/support/probe.ts" },
    ]),
    [
      "src/util.ts imports src/actor/mod.ts: src/util.ts belongs to no layer",
      "src/bus/mod.ts imports src/actor/mod.ts: src/bus/mod.ts belongs to no layer",
      "src/actor/ref.ts imports mod.ts: mod.ts belongs to no layer",
      "src/actor/ref.ts imports tests/support/probe.ts: tests/support/probe.ts belongs to no layer",
    ],
  );
});

Deno.test("longFiles() names a file over the limit", () => {
  assertEquals(
    longFiles(new Map([["src/a.ts", 400], ["src/b.ts", 401]])),
    ["src/b.ts has 401 lines, over 400"],
  );
});

Deno.test("the imports of the package point down only", async () => {
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

import { assert, assertEquals } from "@std/assert";
import { readPublicNames } from "../support/public_docs.ts";
import { readModuleGraph } from "../support/module_graph.ts";

const root = new URL("../../", import.meta.url);

/** The rooms whose files an entry point reaches, also by types alone. */
async function roomsOf(entryPoint: string): Promise<Set<string | undefined>> {
  const { modules } = await readModuleGraph(root, entryPoint);
  return new Set([...modules].map((path) => path.split("/")[1]));
}

Deno.test("./load reaches no file of pty, and so nobody downloads a native add-on with it", async () => {
  assertEquals((await roomsOf("src/load/mod.ts")).has("pty"), false);
});

Deno.test("./load reaches no file of telemetry, and so nobody downloads OpenTelemetry with it", async () => {
  assertEquals((await roomsOf("src/load/mod.ts")).has("telemetry"), false);
});

Deno.test("./load reaches no file of store, and so nobody downloads it with load tests", async () => {
  assertEquals((await roomsOf("src/load/mod.ts")).has("store"), false);
});

/** What a first-time reader of the documentation can take in. */
const MOST_NAMES = 80;

Deno.test("./load exports few names: what one writes, and no more", async () => {
  const names = await readPublicNames(root, "src/load/mod.ts");
  assert(names.includes("LoadTestManager"), "the names were not found");
  assert(names.length <= MOST_NAMES, `${names.length}: ${names.join(" ")}`);
});

Deno.test("./load/terminal reaches pty", async () => {
  assertEquals((await roomsOf("src/load/terminal/mod.ts")).has("pty"), true);
});

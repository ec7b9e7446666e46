import { assert, assertEquals } from "@std/assert";
import { readModuleGraph } from "../support/module_graph.ts";

const root = new URL("../../", import.meta.url);

Deno.test("the entry ./metrics resolves no package of OpenTelemetry", async () => {
  const { modules, packages } = await readModuleGraph(
    root,
    "src/metrics/mod.ts",
  );
  const all = [...modules, ...packages];
  assert(all.some((specifier) => specifier.includes("hdr-histogram-js")));
  assertEquals(
    all.filter((specifier) => /opentelemetry|src\/telemetry/.test(specifier)),
    [],
  );
});

Deno.test("the entry ./telemetry resolves it", async () => {
  const { packages } = await readModuleGraph(root, "src/telemetry/mod.ts");
  assert(
    [...packages].some((specifier) => specifier.includes("@opentelemetry/api")),
  );
});

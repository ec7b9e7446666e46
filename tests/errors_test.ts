// Every class of error that an entry point exports is in the table of errors.
import { assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url);

/** The classes of errors that a module exports. */
function errorsOf(module: object): string[] {
  return Object.entries(module)
    .filter(([, value]) =>
      typeof value === "function" && value.prototype instanceof Error
    )
    .map(([name]) => name);
}

Deno.test("docs/errors.md lists every error that an entry point exports, and no other", async () => {
  const entries = Object.entries(config.exports)
    // This one is a program.
    .filter(([entry]) => entry !== "./load/cli");
  const modules: object[] = await Promise.all(
    entries.map(([, path]) => import(new URL(path, ROOT).href)),
  );
  const text = await Deno.readTextFile(new URL("docs/errors.md", ROOT));
  const listed = [...text.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
  const exported = new Set(modules.flatMap(errorsOf));
  assertEquals([...listed].sort(), [...exported].sort());
});

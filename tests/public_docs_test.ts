import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import {
  readPublicDocs,
  readUnclearDefaults,
  shortDocs,
} from "./support/public_docs.ts";

Deno.test("shortDocs() names a comment whose first sentence cannot stand alone", () => {
  assertEquals(
    shortDocs([
      { name: "Report.a", doc: "What was. It is measured first." },
      { name: "Report.b", doc: "The command\nthat was measured. Twice." },
    ], 4),
    ["Report.a: What was."],
  );
});

Deno.test("the first sentence of every public doc comment has four words or more", async () => {
  const docs = await readPublicDocs(
    new URL("../", import.meta.url),
    Object.values(config.exports),
  );
  assert(docs.length > 1000, "the comments were not found");
  assertEquals(shortDocs(docs, 4), []);
});

Deno.test("every public parameter with a value by default says that it may be left out", async () => {
  const root = new URL("../", import.meta.url);
  const entryPoints = Object.values(config.exports);
  assertEquals(await readUnclearDefaults(root, entryPoints), []);
  const here = new URL("support/", import.meta.url);
  assertEquals(await readUnclearDefaults(here, ["defaults_fixture.ts"]), [
    "unclear: size",
    "Unclear.constructor: options",
    "Unclear.grow: size",
  ]);
});

import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { readPublicDocs, shortDocs } from "./support/public_docs.ts";

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

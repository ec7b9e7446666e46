import { assert, assertEquals } from "@std/assert";
import { contentTypeOf } from "../../../src/store/files/content_type.ts";

const typeOf = (text: string, name = "letter.txt"): Promise<string> =>
  contentTypeOf(new TextEncoder().encode(text), name);

Deno.test("pages and drawings are found behind what may stand before them", async () => {
  const comments = "<!-- a -->\n<!----><!-- - -- > <p> -->";
  assertEquals(await typeOf(`${comments}<p>`), "text/html");
  assertEquals(
    await typeOf(`<?xml version="1.0"?>${comments}<svg>`),
    "image/svg+xml",
  );
  assertEquals(
    await typeOf(
      `${comments}<!DOCTYPE svg [<!ENTITY a "b">]><svg viewBox="0 0 1 1"/>`,
    ),
    "image/svg+xml",
  );
  assertEquals(await typeOf(`${comments}x`), "text/plain");
  assertEquals(await typeOf("<!-- a <p>"), "text/plain");
});

Deno.test("a file of many comments holds nobody up", async () => {
  await typeOf("a");
  const start = performance.now();
  // With 23 of them, each one more had doubled 0.2 seconds.
  for (
    const piece of ["<!---->", "<!--", "<!-- -->\n", "-->", "<!doctype svg>"]
  ) {
    const text = piece.repeat(23);
    assertEquals(await typeOf(`${text}x`), "text/plain");
    const long = piece.repeat(Math.floor(4000 / piece.length));
    // Only what is fast with few of them is tried with many: it would never end.
    assert(performance.now() - start < 150, piece);
    assertEquals(await typeOf(`${long}x`), "text/plain");
  }
  assert(performance.now() - start < 1000);
});

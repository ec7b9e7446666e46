import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { buildTerminalPage, BUNDLE } from "../../../src/terminal/page/build.ts";
import { pageFile } from "../../../src/terminal/http/page_file.ts";

const made = await Deno.readTextFile(BUNDLE);
const madeWith = /with Deno (\S+):/.exec(made)?.[1];
// Each version of Deno has its own bundler, whose output may differ.
const isSameDeno = madeWith === Deno.version.deno;
if (!isSameDeno) {
  console.warn(`The page is not compared: it was made with Deno ${madeWith}`);
}

Deno.test("the page in the package is built from its present sources", {
  ignore: !isSameDeno,
}, async () => {
  assert(await buildTerminalPage() === made, "run `deno task page`");
});

for (
  const [path, contentType, start] of [
    ["", "text/html; charset=utf-8", "<!DOCTYPE html>"],
    ["index.html", "text/html; charset=utf-8", "<!DOCTYPE html>"],
    ["page.js", "text/javascript; charset=utf-8", ""],
    ["page.css", "text/css; charset=utf-8", "/**\n * Copyright"],
    ["icon.svg", "image/svg+xml", "<svg"],
  ] as const
) {
  Deno.test(`pageFile("${path}") has the type ${contentType}`, async () => {
    const file = await pageFile(path);
    assertEquals(file?.contentType, contentType);
    assertEquals(file?.body.startsWith(start), true);
    assertEquals(/^"[\w-]{22}"$/.test(file?.etag ?? ""), true);
  });
}

Deno.test("pageFile() returns undefined for any other path", async () => {
  for (const path of ["main.ts", "/", "../deno.json", "toString", "page"]) {
    assertEquals(await pageFile(path), undefined);
  }
});

Deno.test("each file of the page has an etag of its own", async () => {
  assertNotEquals(
    (await pageFile("page.js"))?.etag,
    (await pageFile("page.css"))?.etag,
  );
  assertEquals(
    (await pageFile(""))?.etag,
    (await pageFile("index.html"))?.etag,
  );
});

Deno.test("the page loads only its own files, and has nothing inline", async () => {
  const html = (await pageFile(""))?.body ?? "";
  // A link of the text is followed by the user alone.
  const references = [
    ...html.matchAll(/<(?!a\b)[^>]*(?:href|src)="([^"]*)"/g),
  ];
  assertEquals(references.length, 3);
  for (const [, path = ""] of references) {
    assertNotEquals(await pageFile(path), undefined, path);
  }
  assertEquals(/<style|style=|<script(?![^>]*src=)|\son\w+=/.test(html), false);
});

Deno.test("the bundle contains the licences of its libraries", async () => {
  const script = (await pageFile("page.js"))?.body ?? "";
  const style = (await pageFile("page.css"))?.body ?? "";
  assert(script.includes("The xterm.js authors"));
  assert(style.includes("Permission is hereby granted"));
});

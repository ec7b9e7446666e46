import { assert, assertEquals } from "@std/assert";
import { buildMetricsPage, BUNDLE } from "../../src/metrics/page/build.ts";
import { FILES } from "../../src/metrics/page_bundle.ts";
import { findPageFile } from "../../src/web/page_files.ts";

const made = await Deno.readTextFile(BUNDLE);
const madeWith = /with Deno (\S+):/.exec(made)?.[1];
// Each version of Deno brings its own bundler, which may write otherwise.
const isSameDeno = madeWith === Deno.version.deno;
if (!isSameDeno) {
  console.warn(`The page is not compared: it was made with Deno ${madeWith}`);
}

Deno.test(
  "the bundle of the metrics page is up to date with its sources",
  {
    ignore: !isSameDeno,
  },
  async () => {
    assert(await buildMetricsPage() === made, "run `deno task page`");
  },
);

for (
  const [path, contentType, start] of [
    ["", "text/html; charset=utf-8", "<!DOCTYPE html>"],
    ["index.html", "text/html; charset=utf-8", "<!DOCTYPE html>"],
    ["page.js", "text/javascript; charset=utf-8", "/*! uPlot"],
    ["page.css", "text/css; charset=utf-8", "/*! uPlot"],
    ["icon.svg", "image/svg+xml", "<svg"],
  ] as const
) {
  Deno.test(`findPageFile("${path}") of metrics has the type ${contentType}`, () => {
    const file = findPageFile(FILES, path);
    assertEquals(file?.contentType, contentType);
    assertEquals(file?.body.startsWith(start), true);
  });
}

Deno.test("the metrics page is small enough for a phone that is far away", async () => {
  let bytes = 0;
  for (const { body } of Object.values(FILES)) {
    const packed = new Blob([body]).stream()
      .pipeThrough(new CompressionStream("gzip"));
    bytes += (await new Response(packed).bytes()).length;
  }
  // All of its files, as a proxy sends them.
  assert(bytes < 60_000, `${bytes} bytes`);
});

Deno.test("the metrics page has no other file", () => {
  for (const path of ["main.ts", "/", "../deno.json", "toString", "page"]) {
    assertEquals(findPageFile(FILES, path), undefined);
  }
});

Deno.test("the metrics page requests only its own files, and has nothing inline", () => {
  const html = findPageFile(FILES, "")?.body ?? "";
  const references = [...html.matchAll(/(?:href|src)="([^"]*)"/g)];
  assertEquals(references.length, 3);
  for (const [, path = ""] of references) {
    assert(findPageFile(FILES, path) !== undefined, path);
  }
  assertEquals(/<style|style=|<script(?![^>]*src=)|\son\w+=/.test(html), false);
});

import { assert, assertEquals } from "@std/assert";
import { buildStorePage, BUNDLE } from "../../../src/store/page/build.ts";
import { FILES } from "../../../src/store/page_bundle.ts";

const made = await Deno.readTextFile(BUNDLE);
const madeWith = /with Deno (\S+):/.exec(made)?.[1];
// Each version of Deno brings its own bundler, which may write otherwise.
const isSameDeno = madeWith === Deno.version.deno;

Deno.test("the bundle of the page of a store is up to date with its sources", {
  ignore: !isSameDeno,
}, async () => {
  assert(await buildStorePage() === made, "run `deno task page`");
});

Deno.test("the page of a store requests only its own files, and has nothing inline", () => {
  const html = FILES["index.html"]?.body ?? "";
  const references = [...html.matchAll(/(?:href|src)="([^"]*)"/g)];
  assertEquals(references.map(([, path]) => path), [
    "icon.svg",
    "page.css",
    "page.js",
  ]);
  assertEquals(/<style|style=|<script(?![^>]*src=)|\son\w+=/.test(html), false);
});

import { assert, assertEquals, assertThrows } from "@std/assert";
import { FILES as metrics } from "../../src/metrics/page_bundle.ts";
import { FILES as terminal } from "../../src/terminal/page_bundle.ts";
import { forBrowsers } from "../../src/web/page/build.ts";

Deno.test("forBrowsers() removes imports of Node's modules of which nothing is used", () => {
  assertEquals(
    forBrowsers(
      'import"node:timers";import{setImmediate as $m,b}from"node:util";' +
        'import c from"node:os";import*as d from"node:fs";var a=x.$m+bb;',
    ),
    "var a=x.$m+bb;",
  );
});

Deno.test("forBrowsers() leaves all else as it is", () => {
  const script = 'import{a}from"./a.js";import("./b.js");a("node:timers");';
  assertEquals(forBrowsers(script), script);
});

for (
  const script of [
    'import{setImmediate as a}from"node:timers";a();',
    'import{a}from"node:timers";a();',
    'import * as a from "node:os";a.cpus();',
    'import a,{b}from"node:os";a.cpus();',
    'await import("node:fs");',
  ]
) {
  Deno.test(`forBrowsers() refuses ${script}`, () => {
    assertThrows(() => forBrowsers(script), Error, "which no browser has");
  });
}

for (const [page, files] of Object.entries({ metrics, terminal })) {
  Deno.test(`the page of ${page} imports nothing`, () => {
    const script = files["page.js"]?.body ?? "";
    assert(script.length > 10_000);
    assertEquals(/\bfrom\s*["']|\bimport\s*["'(]/.exec(script)?.[0], undefined);
  });
}

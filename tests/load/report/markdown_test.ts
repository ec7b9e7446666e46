// A renderer of GitHub's Markdown that is not ours says what people would see.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { resultToMarkdown } from "../../../src/load/report/markdown_report.ts";
import {
  markdownTable,
  markdownText,
} from "../../../src/load/report/markdown_text.ts";
import { printable } from "../../../src/load/report/printable.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import { failed, operation, results } from "./results.ts";

function render(markdown: string): string {
  return micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    // As GitHub does, for `details` and `br`.
    allowDangerousHtml: true,
  });
}

/** The text of an element, as a browser shows it. */
function textOf(html: string): string {
  return html.replaceAll("<br>", "\n").replaceAll(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"').replaceAll("&amp;", "&").trim();
}

/** The cells of each table below a heading. */
function tablesOf(html: string): Map<string, string[][]> {
  return new Map(
    html.split(/<h3>|<summary>/).slice(1).map((part) => {
      const title = textOf(part.slice(0, part.search(/<\/(h3|summary)>/)));
      const rows = [...part.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) =>
        [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)]
          .map(([, cell = ""]) => textOf(cell))
      );
      return [title, rows];
    }),
  );
}

function headOf(html: string): string {
  return textOf(/<h2>(.*?)<\/h2>/s.exec(html)?.[1] ?? "");
}

Deno.test("rendered, the Markdown has the verdict, its reasons and the criteria", () => {
  const html = render(resultToMarkdown(failed));
  assertEquals(headOf(html), "❌ FAILED: chat");
  assertStringIncludes(
    html,
    "<li>latency.p99 must be below 30 ms, but it is 39.6 ms.</li>",
  );
  assertEquals(tablesOf(html).get("Criteria")?.slice(1), [
    ["❌ does not hold", "latency.p99 < 30 ms", "39.6 ms"],
    ["✅ holds", "errorRate of send ≤ 5 % (default)", "1.16 %"],
    ["❌ does not hold", "throughput ≥ 1,000 /s", "no data"],
  ]);
});

Deno.test("rendered, the Markdown has the operations, the errors and the run", () => {
  const tables = tablesOf(render(resultToMarkdown(failed)));
  const numbers = ["1,190", "119", "1.16 %", "6", "20", "38", "39.6", "40"];
  assertEquals(tables.get("Operations in the steady phase")?.slice(1), [
    ["join", ...numbers],
    ["send", ...numbers],
    ["all", ...numbers],
  ]);
  assertEquals(tables.get("Errors")?.[1], [
    "9",
    "join",
    "the service has closed the connection",
  ]);
  const run = new Map(
    tables.get("The run")?.map(([name, text]) => [name, text]),
  );
  assertEquals(
    run.get("Phases"),
    "prepare 120 ms, ramp-up 1.0 s, steady 10.0 s, cleanup 5 ms",
  );
});

Deno.test("rendered, the Markdown has the figures of each stage", () => {
  const all = operation("all");
  const stage = { startedMs: 0, durationMs: 1000, all, operations: [] };
  const stages = [
    { ...stage, name: "warm | up", warmUp: true },
    { ...stage, name: "full", warmUp: false },
  ];
  const tables = tablesOf(render(resultToMarkdown({ ...failed, stages })));
  assertEquals(
    tables.get("Stages")?.map(([name, ok]) => `${name} ${ok}`),
    ["Stage ok", "warm | up (warm-up) 1,190", "full 1,190"],
  );
});

/** Names that would be markup, links or the end of a cell. */
const ODD: readonly string[] = [
  "a | b || c \\| d \\\\| e",
  "`code` `` two `` `|`",
  "*bold* _i_ **b** __b__ ~~gone~~ ~x~",
  "<script>alert(1)</script> &amp; <!-- x --> &#124;",
  "[link](http://a.example) ![image](x) [^1] [ref]",
  "http://a.example/?q=1 www.a.example WWW.a.example me@a.example",
  "# heading #",
  "1. item",
  "- item",
  "+ item",
  "--- | ---",
  "===",
  "> quote",
  "$x$ $$y$$",
  "\\",
  "back\\slash \\* \\`",
];

Deno.test("rendered, odd names are text in tables, lists and headings", () => {
  for (const name of ODD) {
    const result: LoadResult = {
      ...failed,
      scenario: { ...failed.scenario, name },
      reasons: [name],
      operations: [{
        ...operation(name),
        errors: [{ message: name, count: 1 }],
      }],
    };
    const html = render(resultToMarkdown(result));
    const tables = tablesOf(html);
    assertEquals(headOf(html), `❌ FAILED: ${name}`);
    assertEquals(
      tables.get("Operations in the steady phase")?.[1]?.[0],
      name,
    );
    assertEquals(tables.get("Errors")?.[1], ["1", name, name]);
    const item = /<ul>\s*<li>(.*?)<\/li>\s*<\/ul>/s.exec(html)?.[1] ?? "";
    assertEquals(textOf(item), name);
    assertEquals(
      /<(?!\/?(h2|h3|p|ul|li|table|thead|tbody|tr|t[hd]|br|details|summary|strong)\b)[^>]*>/
        .exec(html),
      null,
    );
    assertEquals(html.match(/<strong>/g)?.length ?? 0, 0);
  }
});

Deno.test("rendered, any text is text in a cell and in a list", () => {
  const texts = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.string({
      unit: fc.constantFrom(..."|\\`*_[]()<>&#~!-+=:/.@$1w \n\ta"),
      maxLength: 12,
    }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      // What a browser would show of it.
      const shown = (text: string) =>
        text.replaceAll(/[ \t]*\n\s*/g, "\n").trim();
      const expected = shown(printable(text).toWellFormed());
      const markdown = markdownText(text);
      const table = render(markdownTable(["A", "B"], [[markdown, "2"]], 1));
      const cells = [...table.matchAll(/<td[^>]*>(.*?)<\/td>/gs)]
        .map(([, cell = ""]) => textOf(cell));
      assertEquals(cells, [expected, "2"], markdown);
      const item = render(`- ${markdown}`);
      assertEquals(textOf(item), expected, markdown);
      assert(!/<(?!\/?(ul|li|br)\b)/.test(item), item);
    }),
    { numRuns: 300 },
  );
});

Deno.test("Markdown fits into the summary of a job, however much there is", () => {
  const many = Array.from({ length: 5000 }, (_, index) => ({
    ...operation(`operation ${index}`),
    errors: [{ message: "x".repeat(300), count: 1 }],
  }));
  const markdown = resultToMarkdown({ ...failed, operations: many });
  assert(markdown.length < 300_000, `${markdown.length}`);
  assertStringIncludes(markdown, "4,500 more are in the other reports.");
  assertStringIncludes(markdown, "4,990 more are in the other reports.");
});

Deno.test("the Markdown of any result has the rows of its criteria and errors", () => {
  fc.assert(
    fc.property(results, (result) => {
      const tables = tablesOf(render(resultToMarkdown(result)));
      assertEquals(
        tables.get("Criteria")?.length ?? 1,
        result.criteria.length + 1,
      );
    }),
    { numRuns: 50 },
  );
});

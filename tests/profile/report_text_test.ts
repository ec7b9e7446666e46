import { assertEquals, assertStringIncludes } from "@std/assert";
import { BottleneckAnalyzer } from "../../src/profile/bottleneck_analyzer.ts";
import { reportToText } from "../../src/profile/report_text.ts";
import { loadOf, serviceOf } from "./measurements.ts";

Deno.test("numbers are shown with their paths, and lists as tables", () => {
  const text = reportToText({
    name: "a",
    nothing: null,
    inner: { ms: 1.23456 },
    rows: [{ n: 1, big: 123_456.7 }, { n: 22, note: "two\nlines" }],
    none: [],
  });
  assertEquals(
    text,
    `name      a
nothing   –
inner.ms  1.235

rows
n   big     note
1   123457
22          two lines
`,
  );
});

Deno.test("a report of the analyzer shows its finding", () => {
  const report = new BottleneckAnalyzer({ latencyP99Ms: 10 }).analyze({
    load: loadOf(),
    service: serviceOf({ cpuCores: 0.95 }),
  });
  const text = reportToText(report);
  assertStringIncludes(text, "verdict  found");
  assertStringIncludes(text, "critical");
});

Deno.test("a list of rich rows within a row has a table of its own", () => {
  const gains = [{ query: "a", before: { ms: 2 } }, {
    query: "b",
    before: { ms: 3 },
  }];
  assertEquals(
    reportToText({ indexes: [{ name: "i", gains, fields: ["x", "y"] }] }),
    `indexes
name  gains    fields
i     2 below  x, y

indexes 1 gains
query  before.ms
a      2
b      3
`,
  );
});

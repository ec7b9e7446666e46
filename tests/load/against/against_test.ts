import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import {
  comparisonWarnings,
  differencesOf,
} from "../../../src/load/against/comparable.ts";
import { readResult } from "../../../src/load/against/read_result.ts";
import { LoadTestError } from "../../../src/load/load_errors.ts";
import { resultToHtml } from "../../../src/load/report/html_report.ts";
import { resultToMarkdown } from "../../../src/load/report/markdown_report.ts";
import { reportFiles } from "../../../src/load/report/report_files.ts";
import { resultToText } from "../../../src/load/report/text_report.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import { bounded } from "../../support/net.ts";
import { Command, shortScenario } from "../cli/command.ts";
import { results } from "../report/results.ts";
import { simulate } from "./simulated.ts";

const RUN = {
  seed: 1,
  seconds: 60,
  perSecond: 100,
  medianMs: 20,
  errorRate: 0.02,
  drift: 0,
};
const before = simulate(RUN);
const slower = simulate({ ...RUN, seed: 2, medianMs: 30 });

Deno.test("reports draw the differences from an earlier run, and say which are noise", () => {
  const text = resultToText(slower, { against: before, columns: 120 })
    .replaceAll(/ +/g, " ");
  assertStringIncludes(text, "Compared with an earlier run\n");
  assert(
    /p50 of get 20(\.\d+)? ms (29|30)(\.\d+)? ms \+\d+ % \+\d+ to \+\d+ % worse/
      .test(text),
    text,
  );
  assert(/throughput of get 9\d\.\d \/s/.test(text), text);
  assert(/ noise\n/.test(text), text);
  assertStringIncludes(text, "to tell a regression");
  const markdown = resultToMarkdown(slower, { against: before });
  assert(/\| p50 of get \| .* \| worse \|/.test(markdown), markdown);
  const html = resultToHtml(slower, { against: before });
  assert(/<td>p50 of get<\/td>.*<svg.*<\/svg>.*worse<\/td>/.test(html), html);
  assert(html.includes("var(--bad)") && html.includes("var(--muted)"));
});

Deno.test("a report without an earlier run says nothing of one", () => {
  for (const report of reportFiles(slower).values()) {
    assert(!report.includes("earlier run"));
  }
});

Deno.test("no report with any earlier run says NaN, Infinity or undefined", () => {
  fc.assert(
    fc.property(results, results, (now, other) => {
      fc.pre(!JSON.stringify([now, other]).includes("∞"));
      const against = { ...other, scenario: now.scenario };
      for (const report of reportFiles(now, { against }).values()) {
        const [found] = report.match(/NaN|Infinity|∞|undefined|\[object/) ?? [];
        assertEquals(found, undefined, report);
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("results of scenarios that measure something else are not compared, with the fields that differ", () => {
  const { scenario } = before;
  const other: LoadResult["scenario"] = {
    ...scenario,
    load: { model: "closed", users: 11 },
    criteria: [],
    phases: { ...scenario.phases, cleanupTimeoutMs: 1 },
    operations: scenario.operations.map((one) => ({ ...one, weight: 3 })),
  };
  const differing = differencesOf(scenario, other).map(({ path }) => path);
  assert(differing.includes("load.users"), differing.join());
  assert(differing.includes("operations[0].weight"), differing.join());
  assert(!differing.some((path) => /criteria|cleanup/.test(path)));
  const error = assertThrows(
    () => resultToText(slower, { against: { ...before, scenario: other } }),
    LoadTestError,
  );
  assertStringIncludes(error.message, "load.users was 11, and is 10");
});

Deno.test("another machine, version or number of threads is a warning, as is another seed", () => {
  const { origin, scenario } = before;
  assertEquals(comparisonWarnings(before, before), []);
  const elsewhere = { ...origin, cpu: "Other", deno: "9.9.9", threads: 7 };
  const [warning = "", seed = ""] = comparisonWarnings(before, {
    ...before,
    origin: elsewhere,
    scenario: { ...scenario, seed: 99 },
  });
  for (const text of ["processor:", "Other now", "9.9.9 now", "7 now"]) {
    assertStringIncludes(warning, text);
  }
  assertEquals(seed, "The two runs had different seeds.");
});

Deno.test("an invalid run is compared with nothing", () => {
  const invalid: LoadResult = { ...slower, verdict: "invalid" };
  assert(!resultToText(invalid, { against: before }).includes("earlier run"));
});

const { scenario } = before;
const json = JSON.stringify(before);
const changed = (changes: object) => JSON.stringify({ ...before, ...changes });

for (
  const [text, why] of [
    ["", "it is not JSON: "],
    ["{", "it is not JSON: "],
    ["[]", "the result.json of a load test is needed"],
    ["{}", "its scenario is missing"],
    [changed({ verdict: "fine" }), 'its verdict is "fine"'],
    [changed({ operations: 3 }), "its operations is a number"],
    [changed({ steady: {} }), "lacks a figure"],
    [changed({ verdict: "invalid" }), "its run is invalid"],
    [changed({ timeline: {} }), "its timeline is not what a load test writes"],
    [
      changed({ details: [null] }),
      "its details are not what a load test writes",
    ],
    [changed({ phases: [null] }), "its phases are not what a load test writes"],
  ] as const
) {
  Deno.test(`a file to compare with is refused because ${why} (${text.length} characters)`, async () => {
    await using command = new Command();
    const path = command.write("result.json", text);
    const error = await assertRejects(
      () => readResult(path, scenario),
      LoadTestError,
    );
    assertStringIncludes(error.message, `Cannot compare with ${path}: `);
    assertStringIncludes(error.message, why);
    // What the engine says of properties means nothing to a reader.
    assert(!/undefined|properties/.test(error.message), error.message);
  });
}

Deno.test("what a run has written can be compared with", async () => {
  await using command = new Command();
  const path = command.write("result.json", json);
  assertEquals(await readResult(path, scenario), JSON.parse(json));
});

Deno.test(
  "--against has the differences in all reports, and changes no exit code",
  bounded,
  async () => {
    await using command = new Command();
    const path = command.write("short.json", shortScenario());
    const first = await command.run(path, "--out", "first", "--quiet");
    assertEquals(first.code, 0, first.stderr);
    const { code, stdout, stderr } = await command.run(
      ...[path, "--out", "second", "--against", "first/result.json"],
    );
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "Compared with an earlier run");
    for (const name of ["report.html", "report.txt", "summary.md"]) {
      assertStringIncludes(
        command.read(`second/${name}`),
        "Compared with an earlier run",
      );
    }
  },
);

Deno.test(
  "--against with the result of another scenario, or of none, is exit code 2, and nothing is run",
  bounded,
  async () => {
    await using command = new Command();
    const path = command.write("short.json", shortScenario());
    command.write("other.json", json);
    for (
      const [file, why] of [
        ["other.json", "it is of a scenario that measures something else"],
        ["missing.json", "the file does not exist"],
        ["short.json", "the result.json of a load test is needed"],
      ]
    ) {
      const { code, stdout, stderr } = await command.run(
        ...[path, "--out", "out", "--against", file ?? ""],
      );
      assertEquals([code, stdout], [2, ""], stderr);
      assertStringIncludes(stderr, why ?? "");
    }
    assertEquals(command.list(), ["other.json", "short.json"]);
  },
);

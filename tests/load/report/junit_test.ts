// Whether CI systems would read it is for programs that are not ours to say: one
// that reads JUnit XML, and a parser of XML that accepts nothing wrong.
import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import fc from "fast-check";
import { parse, type TestCase, type TestSuites } from "junit2json";
import { resultToJunit } from "../../../src/load/report/junit_report.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import { findProgram } from "../../support/programs.ts";
import { failed, results } from "./results.ts";

const ODD = "<&\"]]>' \u0000\u001b[31m\u0008\u0085\ufffe\ud800 é🎭\tx";

const xmllint = findProgram("xmllint");
if (xmllint === undefined) {
  console.warn("xmllint does not read reports: it is not installed");
}

async function suitesOf(result: LoadResult): Promise<TestSuites> {
  const parsed = await parse(resultToJunit(result));
  if (parsed === null || parsed === undefined || !("testsuite" in parsed)) {
    throw new TypeError("There are no suites");
  }
  return parsed;
}

async function casesOf(result: LoadResult): Promise<readonly TestCase[]> {
  const { testsuite } = await suitesOf(result);
  return testsuite?.[0]?.testcase ?? [];
}

Deno.test("a reader of JUnit XML finds a test for the run and for each criterion, with what is wrong", async () => {
  const suites = await suitesOf(failed);
  const { name, tests, failures, errors, time } = suites;
  assertEquals({ name, tests, failures, errors, time }, {
    name: "chat",
    tests: 4,
    failures: 1,
    errors: 1,
    time: 11.3,
  });
  const cases = suites.testsuite?.[0]?.testcase ?? [];
  assertEquals(cases.map(({ classname, name }) => [classname, name]), [
    ["chat", "the run"],
    ["chat", "latency.p99 < 30 ms"],
    ["chat", "errorRate of send ≤ 5 % (default)"],
    ["chat", "throughput ≥ 1,000 /s"],
  ]);
  const sentence = "latency.p99 must be below 30 ms, but it is 39.6 ms.";
  assertEquals(cases[1]?.failure, [{
    type: "broken",
    message: sentence,
    inner: sentence,
  }]);
  assertEquals([cases[0], cases[2]].map((one) => one?.failure ?? one?.error), [
    undefined,
    undefined,
  ]);
  assertEquals(cases[3]?.error?.[0]?.type, "no_data");
  assertMatch(
    cases[3]?.error?.[0]?.message ?? "",
    /^throughput must be at least 1,000 \/s, but .*\.$/,
  );
});

Deno.test("JUnit XML has the scenario, its seed, model and tags, the time of the run and the report as text", async () => {
  const scenario = { ...failed.scenario, seed: 7, tags: { team: "chat" } };
  const { testsuite } = await suitesOf({ ...failed, scenario });
  const [suite] = testsuite ?? [];
  assertEquals(
    suite?.properties?.map(({ name, value }) => `${name}=${value}`),
    [
      "scenario=chat",
      "seed=7",
      "model=closed",
      "verdict=failed",
      `troupe=${failed.origin.troupe}`,
      `deno=${failed.origin.deno}`,
      `system=${failed.origin.system}`,
      "tag.team=chat",
    ],
  );
  assertEquals(suite?.timestamp, "2026-01-02T03:04:05");
  assertStringIncludes(suite?.["system-out"]?.join() ?? "", "FAILED  chat");
});

Deno.test("an invalid run is an error in JUnit XML, and no criterion has passed or failed in it", async () => {
  const reasons = ["The target has exited:\nit exited with code 7"];
  const cases = await casesOf({ ...failed, verdict: "invalid", reasons });
  assertEquals(cases[0]?.error, [{
    type: "invalid",
    message: reasons[0] ?? "",
    inner: reasons[0] ?? "",
  }]);
  assertEquals(
    cases.slice(1).map((
      { skipped, failure, error },
    ) => [skipped?.[0]?.message, failure, error]),
    Array.from({ length: 3 }, () => [
      "It cannot be judged: the run is invalid",
      undefined,
      undefined,
    ]),
  );
});

Deno.test("an aborted run is an error in JUnit XML, with the criteria that do not hold so far", async () => {
  const reasons = ["The run was aborted during steady: Ctrl-C (SIGINT)"];
  const cases = await casesOf({ ...failed, verdict: "aborted", reasons });
  assertEquals(cases[0]?.error?.[0]?.type, "aborted");
  assertEquals(cases[1]?.failure?.length, 1);
  assertEquals(cases[2]?.skipped?.length, 1);
  assertEquals(cases[3]?.error?.length, 1);
});

Deno.test("what an aborted run never came to is skipped in JUnit XML", async () => {
  const [criterion] = failed.criteria;
  const stages = ["low", "high"].map((name) => ({
    name,
    durationMs: 1000,
    users: 1,
  }));
  const about = (stage: string, is: "held" | "no_data") => ({
    ...criterion,
    criterion: {
      metric: "errorRate",
      is: "at_most",
      value: 0.05,
      stage,
    } as const,
    actual: is === "held" ? 0 : null,
    outcome: is,
    isDefault: false,
    reason: is === "held" ? null : "It has no data.",
  });
  const cases = await casesOf({
    ...failed,
    verdict: "aborted",
    reasons: ["Ctrl-C"],
    scenario: {
      ...failed.scenario,
      load: { model: "closed", stages },
      criteria: [],
    },
    stages: [{
      name: "low",
      warmUp: false,
      startedMs: 0,
      durationMs: 500,
      all: failed.steady,
      operations: failed.operations,
    }],
    criteria: [about("low", "no_data"), about("high", "no_data")],
  });
  assertEquals(
    cases.slice(1).map(({ name, skipped, error }) => [
      name,
      skipped?.length ?? 0,
      error?.length ?? 0,
    ]),
    [
      ["errorRate in low ≤ 5 %", 0, 1],
      ["errorRate in high ≤ 5 %", 1, 0],
      ["errorRate ≤ 1 % (default)", 1, 0],
    ],
  );
});

Deno.test("JUnit XML has odd names as they are, but for what XML has no place for", async () => {
  const [criterion] = failed.criteria;
  const suites = await suitesOf({
    ...failed,
    scenario: { ...failed.scenario, name: ODD, tags: { [ODD]: `a\n${ODD}` } },
    criteria: criterion === undefined ? [] : [{
      ...criterion,
      criterion: { ...criterion.criterion, operation: ODD },
    }],
  });
  assertEquals(suites.name, "<&\"]]>' \ufffd\ufffd\ufffd\ufffd\ufffd é🎭 x");
  const [suite] = suites.testsuite ?? [];
  assertEquals(
    suite?.testcase?.[1]?.name,
    `latency.p99 of ${suites.name} < 30 ms`,
  );
  assertEquals(suite?.properties?.at(-1)?.value, `a\n${suites.name}`);
});

Deno.test(
  "xmllint accepts the JUnit XML of any result",
  { ignore: xmllint === undefined },
  async () => {
    const odd = { ...failed, scenario: { ...failed.scenario, name: ODD } };
    const some = [odd, ...fc.sample(results, 20)];
    await using child = new Deno.Command(xmllint ?? "xmllint", {
      args: ["--noout", "-"],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    // One document of all, for a process takes long to start.
    const suites = some.map((result) =>
      resultToJunit(result).replace(/^<\?xml .*\?>\n/, "")
    );
    await writer.write(
      new TextEncoder().encode(`<all>${suites.join("")}</all>`),
    );
    await writer.close();
    const { code, stderr } = await child.output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  },
);

Deno.test("the counts of JUnit XML are those of its tests, for any result", async () => {
  await fc.assert(
    fc.asyncProperty(results, async (result) => {
      const { testsuite, tests } = await suitesOf(result);
      const [suite] = testsuite ?? [];
      const cases = suite?.testcase ?? [];
      const faulty = (of: "failure" | "error" | "skipped") =>
        cases.filter((one) => (one[of]?.length ?? 0) > 0).length;
      assertEquals(
        [tests, suite?.failures, suite?.errors, suite?.skipped],
        [cases.length, faulty("failure"), faulty("error"), faulty("skipped")],
      );
      // An aborted run may have never come to some of its default limits.
      const judged = result.criteria.length + 1;
      if (result.verdict === "aborted") assert(cases.length >= judged);
      else assertEquals(cases.length, judged);
    }),
    { numRuns: 50 },
  );
});

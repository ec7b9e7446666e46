import { assertEquals } from "@std/assert";
import { outcomeToText, readOutcome, sumOf } from "./outcome.ts";

const PASSED = `running 3 tests from ./tests/stats/bca_test.ts
it holds ... ok (1ms)

ok | 2 passed (3 steps) | 0 failed | 1 ignored (5ms)
`;

const FAILED = `running 3 tests from ./tests/stats/bca_test.ts
it's wrong ... FAILED (1ms)

 FAILURES 

it's wrong => ./tests/stats/bca_test.ts:12:6
it has steps ... the last => ./tests/stats/holm_test.ts:3:9

FAILED | 1 passed (2 steps) | 2 failed (1 step) (5ms)
`;

const BROKEN = `running 3 tests from ../tmp/stats_test.ts

 FAILURES 

../tmp/stats_test.ts (uncaught error)

FAILED | 0 passed | 3 failed (5ms)
`;

Deno.test("the counts of Deno's closing line are read", () => {
  assertEquals(readOutcome("tests/stats/", PASSED, true, "test"), {
    passed: 2,
    failed: 0,
    ignored: 1,
    failures: [],
  });
});

Deno.test("colours change nothing", () => {
  const coloured = PASSED.replace("ok | 2", "\x1b[0m\x1b[32mok\x1b[0m | 2")
    .replace("(5ms)", "\x1b[38;5;245m(5ms)\x1b[0m");
  assertEquals(
    readOutcome("tests/stats/", coloured, true, "test"),
    readOutcome("tests/stats/", PASSED, true, "test"),
  );
});

Deno.test("each test that failed is listed with the command that runs it", () => {
  const file = "tests/stats/bca_test.ts";
  assertEquals(readOutcome("tests/stats/", FAILED, false, "test"), {
    passed: 1,
    failed: 2,
    ignored: 0,
    failures: [
      {
        what: "it's wrong",
        command: `deno task test ${file} --filter 'it'\\''s wrong'`,
      },
      {
        what: "it has steps",
        command:
          "deno task test tests/stats/holm_test.ts --filter 'it has steps'",
      },
    ],
  });
});

for (
  const [what, output, failed] of [
    ["an error outside of its tests", BROKEN, 3],
    ["the end of its process", "running 3 tests from", 1],
  ] as const
) {
  Deno.test(`a folder that is broken off by ${what} is listed as a whole`, () => {
    assertEquals(readOutcome("tests/stats/", output, false, "test:slow"), {
      passed: 0,
      failed,
      ignored: 0,
      failures: [{
        what: "tests/stats/ broke off: see the error above",
        command: "deno task test:slow tests/stats/",
      }],
    });
  });
}

Deno.test("a failing run ends with what failed, and the sum in Deno's form", () => {
  const outcomes = [
    readOutcome("tests/stats/", PASSED, true, "test"),
    readOutcome("tests/stats/", BROKEN, false, "test"),
  ];
  assertEquals(
    outcomeToText(sumOf(outcomes), 62.9),
    `What failed, and how to run just that:

tests/stats/ broke off: see the error above
  deno task test tests/stats/

FAILED | 2 passed | 3 failed | 1 ignored (1m2s)`,
  );
});

Deno.test("a run without failures ends with its sum alone", () => {
  const outcome = readOutcome("tests/stats/", PASSED, true, "test");
  assertEquals(
    outcomeToText(outcome, 7.2),
    "ok | 2 passed | 0 failed | 1 ignored (7s)",
  );
});

import { assertEquals, assertThrows } from "@std/assert";
import { parseArguments } from "../../src/compare/arguments.ts";

Deno.test("parseArguments() compares HEAD with the working tree by default", () => {
  assertEquals(parseArguments(["--", "deno", "bench", "--json"]), {
    subject: {
      type: "revisions",
      a: "HEAD",
      b: undefined,
      command: ["deno", "bench", "--json"],
    },
    options: {},
    json: false,
  });
});

Deno.test("parseArguments() parses revisions, metrics and numbers", () => {
  const args = "main feature --metric cpu --metric ops:higher --difference 2 " +
    "--max-pairs 40 --run-timeout-seconds 5 --json -- make bench";
  assertEquals(parseArguments(args.split(" ")), {
    subject: {
      type: "revisions",
      a: "main",
      b: "feature",
      command: ["make", "bench"],
    },
    options: {
      difference: 0.02,
      maxPairs: 40,
      runTimeoutMs: 5000,
      metrics: [{ name: "cpu" }, { name: "ops", better: "higher" }],
    },
    json: true,
  });
});

Deno.test("parseArguments() parses two commands", () => {
  assertEquals(parseArguments(["--a", "true", "--b", "sleep 1"])?.subject, {
    type: "commands",
    a: "true",
    b: "sleep 1",
  });
});

Deno.test("parseArguments() returns undefined for --help", () => {
  assertEquals(parseArguments(["--help"]), undefined);
});

Deno.test("parseArguments() names what is wrong", () => {
  const wrong = (args: string, message: string) =>
    assertThrows(() => parseArguments(args.split(" ")), Error, message);
  wrong("HEAD", "there is no command");
  wrong("--a x", "--b is missing");
  wrong("--a x --b y -- z", "pass one kind");
  wrong("1 2 3 -- z", "there are 3 revisions");
  wrong(
    "--alpha 5 -- z",
    "Cannot use alpha: it is 5, it must be above 0 and below 1",
  );
  wrong("--budget-seconds 10x -- z", "such as 90s, 10m or 1h30m");
  wrong("--budget-seconds 5s10m -- z", "such as 90s, 10m or 1h30m");
  wrong("--seed x -- z", 'Cannot use --seed: it is "x", it must be a number');
  wrong(
    "--noise-pairs 9 -- z",
    "Cannot use noisePairs: it is 9, it must be even",
  );
  wrong("--metric wall --metric wall -- z", "no two of one name");
  wrong("--sed 1 -- z", "--sed");
});

Deno.test("parseArguments() reads times as numbers of seconds, or with units", () => {
  const of = (text: string) => parseArguments(text.split(" "))?.options;
  assertEquals(of("--budget-seconds 90 -- z")?.budgetSeconds, 90);
  assertEquals(of("--budget-seconds 90s -- z")?.budgetSeconds, 90);
  assertEquals(of("--budget-seconds 1h30m -- z")?.budgetSeconds, 5400);
  assertEquals(of("--run-timeout-seconds 1.5m -- z")?.runTimeoutMs, 90_000);
  assertEquals(of("--run-timeout-seconds 500ms -- z")?.runTimeoutMs, 500);
});

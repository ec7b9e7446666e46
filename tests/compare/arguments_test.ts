import { assertEquals, assertThrows } from "@std/assert";
import { readArguments } from "../../src/compare/arguments.ts";

Deno.test("readArguments() compares HEAD with the working tree by default", () => {
  assertEquals(readArguments(["--", "deno", "bench", "--json"]), {
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

Deno.test("readArguments() reads revisions, metrics and numbers", () => {
  const args = "main feature --metric cpu --metric ops:higher --difference 2 " +
    "--max-pairs 40 --run-timeout-seconds 5 --json -- make bench";
  assertEquals(readArguments(args.split(" ")), {
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

Deno.test("readArguments() reads two commands", () => {
  assertEquals(readArguments(["--a", "true", "--b", "sleep 1"])?.subject, {
    type: "commands",
    a: "true",
    b: "sleep 1",
  });
});

Deno.test("readArguments() gives nothing where help is wanted", () => {
  assertEquals(readArguments(["--help"]), undefined);
});

Deno.test("readArguments() says what is wrong", () => {
  const wrong = (args: string, message: string) =>
    assertThrows(() => readArguments(args.split(" ")), Error, message);
  wrong("HEAD", "there is no command");
  wrong("--a x", "--b is missing");
  wrong("--a x --b y -- z", "give one kind");
  wrong("1 2 3 -- z", "there are 3 revisions");
  wrong("--alpha 5 -- z", "alpha is 5, not between 0 and 1");
  wrong("--seed x -- z", '--seed is "x", not a number');
  wrong("--noise-pairs 9 -- z", "noisePairs is 9, not even");
  wrong("--metric wall --metric wall -- z", "each name be there once");
  wrong("--sed 1 -- z", "--sed");
});

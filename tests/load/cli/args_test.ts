import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  LoadUsageError,
  readArguments,
  type RunArguments,
} from "../../../src/load/cli/args.ts";

const PRESETS = ["chat", "http-api"];

function read(...args: string[]): RunArguments {
  const wanted = readArguments(args, PRESETS);
  if (wanted.type === "run") return wanted;
  throw new TypeError(`It asks for ${wanted.type}`);
}

function refusal(...args: string[]): string {
  return assertThrows(() => readArguments(args, PRESETS), LoadUsageError)
    .message;
}

Deno.test("a file or a preset is enough", () => {
  assertEquals(readArguments(["a/b.yaml"], PRESETS), {
    type: "run",
    source: { type: "file", path: "a/b.yaml" },
    overrides: [],
    preset: {},
    out: undefined,
    against: undefined,
    reports: true,
    print: false,
    workers: 1,
    maxLagMs: undefined,
    scrapeWaitMs: undefined,
    pagePort: 0,
    quiet: false,
    json: false,
  });
  assertEquals(read("x.JSON").source, { type: "file", path: "x.JSON" });
  assertEquals(read("chat").source, { type: "preset", name: "chat" });
});

Deno.test("options are read wherever they stand", () => {
  const { source, out, pagePort, quiet, json } = read(
    ...["--out", "here", "x.yml", "--page-port=8080", "--quiet", "--json"],
  );
  assertEquals(source, { type: "file", path: "x.yml" });
  assertEquals([out, pagePort, quiet, json], ["here", 8080, true, true]);
  assertEquals(read("x.yml", "--no-page").pagePort, undefined);
  assertEquals(read("x.yml", "--no-reports").reports, false);
  assertStringIncludes(refusal("x.yml", "--out", "a", "--no-reports"), "both");
});

Deno.test("--set takes JSON or text, and can be repeated; --seed is one of them", () => {
  const { overrides } = read(
    ...["--set", "load.users=50", "chat", "--set=name=a b=c"],
    ...["--seed", "7", "--set", "x=-1"],
  );
  assertEquals(overrides.map(({ path, value }) => [path, value]), [
    [["load", "users"], 50],
    [["name"], "a b=c"],
    [["x"], -1],
    [["seed"], 7],
  ]);
});

Deno.test("a preset takes its size and its target, a file does not", () => {
  const { preset } = read(
    ...["chat", "--target", "http://127.0.0.1:8090", "--users=10000"],
    ...["--think-time", "10s", "--duration", "1m", "--rate", "50"],
    ...["--of", "http-api"],
  );
  assertEquals(preset, {
    url: "http://127.0.0.1:8090/",
    users: 10_000,
    thinkTime: { distribution: "exponential", meanMs: 10_000 },
    arrivalsPerSecond: 50,
    steadyMs: 60_000,
    of: "http-api",
  });
  assertStringIncludes(refusal("a.yaml", "--users", "5"), "is for presets");
  assertStringIncludes(refusal("chat", "--users", "0"), "at least 1");
});

Deno.test("--help and --list need no scenario", () => {
  assertEquals(readArguments(["--help"], PRESETS).type, "help");
  assertEquals(readArguments(["-h", "x.yaml"], PRESETS).type, "help");
  assertEquals(readArguments(["--list"], PRESETS).type, "list");
});

Deno.test("wrong arguments are refused, with what was probably meant", () => {
  assertStringIncludes(refusal(), "the scenario is missing");
  assertStringIncludes(refusal("a.yaml", "b.yaml"), '"b.yaml"');
  assertStringIncludes(refusal("chta"), "did you mean chat?");
  assertStringIncludes(refusal("--seeed", "1", "chat"), "did you mean --seed?");
  assertStringIncludes(refusal("--no-pge", "chat"), "did you mean --no-page?");
  assertStringIncludes(refusal("chat", "--out"), "--out needs a value");
  assertStringIncludes(refusal("chat", "--set", "load"), "load.users=50");
  assertStringIncludes(refusal("chat", "--set", ".a=1"), "load.users=50");
  assertStringIncludes(refusal("chat", "--seed", "1.5"), "whole number");
  assertStringIncludes(refusal("chat", "--page-port", "70000"), "65535");
});

Deno.test("--max-lag-ms takes a whole number of at least 1", () => {
  const { maxLagMs } = {
    maxLagMs: undefined,
    ...readArguments(["a.yaml", "--max-lag-ms", "50"], PRESETS),
  };
  assertEquals(maxLagMs, 50);
  assertEquals(read("a.yaml", "--max-lag-ms", "1.5s").maxLagMs, 1500);
  assertEquals(read("a.yaml", "--scrape-wait-ms", "1m").scrapeWaitMs, 60_000);
  assertStringIncludes(
    refusal("a.yaml", "--max-lag-ms", "2 seconds"),
    'did you mean "2s"?',
  );
  for (const wrong of ["0", "-1", "1.5", "soon"]) {
    assertThrows(
      () => readArguments(["a.yaml", `--max-lag-ms=${wrong}`], PRESETS),
      LoadUsageError,
      "--max-lag-ms is",
    );
  }
});

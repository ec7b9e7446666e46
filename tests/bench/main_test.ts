import { assertEquals, assertStringIncludes } from "@std/assert";
import { contestant, type Entry, Skipped } from "../../bench/ratios/harness.ts";
import { main } from "../../bench/ratios/main.ts";

function entry(name: string, ours: number, onLoad?: () => void): Entry {
  return {
    name,
    load() {
      onLoad?.();
      return Promise.resolve({
        unit: "us",
        ours: () => contestant(() => ours),
        baselines: { raw: () => contestant(() => 4) },
      });
    },
  };
}

function failing(name: string, fail: () => Promise<number>): Entry {
  return {
    name,
    load: () =>
      Promise.resolve({
        unit: "us",
        ours: () => contestant(fail),
        baselines: { raw: () => contestant(() => 1) },
      }),
  };
}

async function run(args: string[], entries: Entry[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await main(args, entries, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
  });
  return { exitCode, out, err: err.join("\n") };
}

Deno.test("ratios prints an aligned table", async () => {
  const entries = [entry("tcp/echo-1mb", 2), entry("actor/ask", 12_345.6)];
  assertEquals((await run([], entries)).out, [
    "name                 ours     baseline unit     ratio   spread",
    "tcp/echo-1mb        2.000        4.000 us       0.500    0.000",
    "actor/ask          12,346        4.000 us    3086.400    0.000",
  ]);
});

Deno.test("ratios --json prints one object a line and nothing else", async () => {
  const { exitCode, out, err } = await run(
    ["--json", "--rounds", "4"],
    [entry("tcp/echo", 2)],
  );
  assertEquals({ exitCode, out, err }, {
    exitCode: 0,
    out: [
      '{"name":"tcp/echo","ours":2,"baseline":4,"ratio":0.5,"unit":"us",' +
      '"rounds":4,"spread":0}',
    ],
    err: "",
  });
});

Deno.test("ratios with a prefix loads only what it runs", async () => {
  const loaded: string[] = [];
  const entries = ["tcp/a", "tcp/b", "actor/a"].map((name) =>
    entry(name, 2, () => loaded.push(name))
  );
  const { exitCode } = await run(["tcp/"], entries);
  assertEquals({ exitCode, loaded }, {
    exitCode: 0,
    loaded: ["tcp/a", "tcp/b"],
  });
});

Deno.test("ratios with a peer's name prints that row alone", async () => {
  const peers = { name: "actor/tell", peers: ["raw"] };
  const { out } = await run(["--json", "actor/tell-raw"], [
    { ...entry("", 2), ...peers },
  ]);
  assertEquals(out.length, 1);
  assertStringIncludes(out[0] ?? "", '"actor/tell-raw"');
});

Deno.test("ratios lists the names when none begins with the prefix", async () => {
  const { exitCode, out, err } = await run(["x/"], [entry("tcp/echo", 2)]);
  assertEquals({ exitCode, out }, { exitCode: 2, out: [] });
  assertStringIncludes(err, 'no name begins with "x/"');
  assertStringIncludes(err, "tcp/echo");
});

for (const args of [["--rounds", "0"], ["--rounds=x"], ["--no"], ["a", "b"]]) {
  Deno.test(`ratios ${args.join(" ")} is bad usage`, async () => {
    const { exitCode, out, err } = await run(args, [entry("a", 2)]);
    assertEquals({ exitCode, out }, { exitCode: 2, out: [] });
    assertStringIncludes(err, "--help");
  });
}

Deno.test("ratios --help explains the numbers and lists the names", async () => {
  const { exitCode, out } = await run(["--help"], [entry("tcp/echo", 2)]);
  assertEquals(exitCode, 0);
  assertStringIncludes(out.join("\n"), "Smaller is better");
  assertStringIncludes(out.join("\n"), "tcp/echo");
});

Deno.test("ratios goes on after a comparison that throws", async () => {
  const bad = failing("bad", () => Promise.reject(new Error("boom")));
  const { exitCode, out, err } = await run(["--json"], [bad, entry("good", 2)]);
  assertEquals({ exitCode, rows: out.length }, { exitCode: 1, rows: 1 });
  assertStringIncludes(err, "Cannot finish bad: Error: boom");
});

Deno.test("ratios goes on after a comparison that throws in the background", async () => {
  const bad = failing("bad", () => {
    Promise.reject(new Error("lost"));
    return new Promise(() => {});
  });
  const { exitCode, out, err } = await run(["--json"], [bad, entry("good", 2)]);
  assertEquals({ exitCode, rows: out.length }, { exitCode: 1, rows: 1 });
  assertStringIncludes(err, "Cannot finish bad: Error: lost");
});

Deno.test("ratios says why it skips what cannot be measured here, and goes on", async () => {
  const { exitCode, out, err } = await run(["--json"], [
    failing("load/a", () => Promise.reject(new Skipped("there is no npm"))),
    entry("load/b", 2),
  ]);
  assertEquals(exitCode, 0);
  assertEquals(err, "Skipped load/a: there is no npm");
  assertEquals(out.length, 1);
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import { compare } from "../../src/compare/compare.ts";
import { RunFailedError } from "../../src/compare/errors.ts";
import { runCommand } from "../../src/compare/run.ts";
import { bounded } from "../support/net.ts";
import { isSlow } from "../support/slow.ts";

/** A program that does `rounds` rounds of nothing else. */
function work(label: string, rounds: number) {
  const code =
    `let x = 1; for (let i = 0; i < ${rounds}; i++) x = Math.imul(x, 31) + i | 0;` +
    `if (x === 0.5) console.log(x);`;
  const command = [Deno.execPath(), "eval", "--no-config", code] as const;
  return { label, command };
}

const shell = (line: string) =>
  ({ label: "shell", command: ["sh", "-c", line] }) as const;

/** A program that prints a number near another one, and never the same twice. */
function printing(label: string, work: number, runs: string) {
  const line =
    `n=$(($(cat ${runs}) + 1)); echo $n > ${runs}; echo "{\\"work\\": $((${work} + n * 7919 % 11))}"`;
  return { label, command: ["sh", "-c", line] } as const;
}

for (
  const [work, verdict] of [[1000, "pass"], [1200, "regressed"]] as const
) {
  Deno.test(
    `compare() says ${verdict} of a program that prints ${work} after 1000`,
    bounded,
    async () => {
      const runs = await Deno.makeTempFile();
      try {
        await Deno.writeTextFile(runs, "0");
        const report = await compare({
          a: printing("before", 1000, runs),
          b: printing("after", work, runs),
          metrics: [{ name: "work" }],
          noisePairs: 8,
          maxPairs: 16,
          seed: 1,
        });
        assertEquals(report.verdict, verdict, JSON.stringify(report));
      } finally {
        await Deno.remove(runs);
      }
    },
  );
}

// The level is strict and the difference large: the machine may be busy. The
// more it is, the more pairs are planned.
const coarse = {
  metrics: [{ name: "cpu" }],
  alpha: 0.005,
  difference: 0.1,
  noisePairs: 12,
  maxPairs: 40,
};

Deno.test("compare() does not report a program as slower than itself", {
  ignore: !isSlow,
}, async () => {
  const report = await compare({
    ...coarse,
    a: work("before", 4e7),
    b: work("after", 4e7),
  });
  assert(report.verdict !== "regressed", JSON.stringify(report));
});

// Two rounds in eight more, with the start of the runtime, are 20 % longer.
Deno.test(
  "compare() reports a program that is busy 20 % longer as regressed, unless the noise hides it",
  {
    ignore: !isSlow,
  },
  async () => {
    const report = await compare({
      ...coarse,
      a: work("before", 8e7),
      b: work("after", 10e7),
    });
    // On a machine that is busy otherwise, as many pairs may not show it; then
    // nothing is claimed.
    const isVisible = report.neededPairs <= report.pairs;
    assert(
      report.verdict === "regressed" ||
        !isVisible && report.verdict === "inconclusive",
      JSON.stringify(report),
    );
  },
);

Deno.test(
  "runCommand() measures wall time, CPU time and fields",
  bounded,
  async () => {
    const line =
      'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo "{\\"n\\": 7}"';
    const [wall = 0, cpu = 0, n] = await runCommand(
      shell(line),
      [{ name: "wall" }, { name: "cpu" }, { name: "n" }],
      { timeoutMs: 10_000 },
    );
    assertEquals(n, 7);
    assert(cpu > 0 && cpu < 2 * wall + 0.1, `${cpu} s busy in ${wall} s`);
  },
);

Deno.test(
  "runCommand() reports how a command failed, with its output",
  bounded,
  async () => {
    await assertRejects(
      () =>
        runCommand(shell("echo broken >&2; exit 7"), [{ name: "wall" }], {
          timeoutMs: 10_000,
        }),
      RunFailedError,
      "its exit code is 7\nbroken",
    );
    await assertRejects(
      () =>
        runCommand(
          { label: "none", command: ["no-such-program"] },
          [{ name: "wall" }],
          { timeoutMs: 10_000 },
        ),
      RunFailedError,
      "no-such-program cannot be started",
    );
  },
);

Deno.test(
  "runCommand() ends a command that takes too long, with everything that it started",
  bounded,
  async () => {
    await assertRejects(
      () =>
        runCommand(shell("sleep 1000 & sleep 1000"), [{ name: "wall" }], {
          timeoutMs: 100,
        }),
      RunFailedError,
      "it took longer than 0.1 s",
    );
  },
);

Deno.test(
  "runCommand() ends a command that ignores SIGTERM",
  bounded,
  async () => {
    const error = await assertRejects(() =>
      runCommand(shell("trap '' TERM; sleep 1000; sleep 1000"), [{
        name: "wall",
      }], {
        timeoutMs: 60_000,
        signal: AbortSignal.timeout(100),
      })
    );
    assertEquals(error instanceof DOMException && error.name, "TimeoutError");
  },
);

Deno.test(
  "runCommand() does not wait for processes that a command leaves behind",
  bounded,
  async () => {
    const [wall = Infinity] = await runCommand(
      shell("sleep 1000 &"),
      [{ name: "wall" }],
      { timeoutMs: 60_000 },
    );
    assert(wall < 1000);
  },
);

Deno.test(
  "runCommand() fails for a command that succeeds only after SIGTERM",
  bounded,
  async () => {
    await assertRejects(
      () =>
        runCommand(
          shell("trap 'exit 0' TERM; sleep 1000 & wait"),
          [{ name: "wall" }],
          { timeoutMs: 200 },
        ),
      RunFailedError,
      "it took longer than 0.2 s",
    );
  },
);

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { TargetError } from "../../../src/load/load_errors.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import type { Target } from "../../../src/load/scenario/scenario.ts";
import { startTarget } from "../../../src/load/run/target.ts";
import { echoDriver, echoTarget } from "../../support/echo_driver.ts";
import { TestDriver } from "../../support/load_drivers.ts";
import { bounded } from "../../support/net.ts";

const onUnix = { ...bounded, ignore: Deno.build.os === "windows" };

/** A program whose source is an argument. */
function program(source: string, target: Partial<Target> = {}): Target {
  return {
    command: "deno",
    args: ["eval", "--no-check", source],
    readyPattern: "^ready as (?<who>\\w+) on (?<port>\\d+)$",
    ...target,
  };
}

/** It writes its port in two parts: half of it is no match. */
const READY = `
  const say = (text) => Deno.stdout.writeSync(new TextEncoder().encode(text));
  say("ready as Ada on 12");
  setTimeout(() => say("34\\n"), 50);
`;

Deno.test(
  "a target has as outputs the named groups of a whole line that says it is ready",
  bounded,
  async () => {
    await using target = await startTarget(
      program(READY + "setInterval(() => {}, 1000);", {
        readyPattern: "ready as (?<who>\\w+) on (?<port>\\d+)",
      }),
    );
    assertEquals(target.outputs, { who: "Ada", port: "1234" });
  },
);

Deno.test(
  "a target that exits before it is ready fails with the end of its output",
  bounded,
  async () => {
    const error = await assertRejects(
      () => startTarget(program(`console.error("no port"); Deno.exit(7);`)),
      TargetError,
      "it exited with code 7; its last output was:",
    );
    assertStringIncludes(error.message, "no port");
  },
);

/** A program that writes this, as `printf` does, and stays. */
function writes(stdout: string, stderr = ""): Target {
  const script = 'printf "$1" >&2; printf "$0"; exec sleep 1000';
  return program("", { command: "sh", args: ["-c", script, stdout, stderr] });
}

for (
  const [what, stdout, stderr] of [
    ["alone", "ready as Ada on 1234\\n", ""],
    ["among other lines", "> start\\n\\nready as Ada on 1234\\nhello\\n", ""],
    ["with CR LF", "ready as Ada on 1234\\r\\n", ""],
    ["over a line of progress", "starting\\rready as Ada on 1234\\n", ""],
    [
      "in colours",
      "\\033[32mready\\033[0m as Ada on \\033[36m1234\\033[0m\\n",
      "",
    ],
    ["on standard error", "starting\\n", "ready as Ada on 1234\\n"],
  ] as const
) {
  Deno.test(
    `a target is ready when a line matches, ${what}`,
    onUnix,
    async () => {
      await using target = await startTarget(writes(stdout, stderr));
      assertEquals(target.outputs, { who: "Ada", port: "1234" });
    },
  );
}

Deno.test(
  "a pattern matches one line at most, and the error says what stood where",
  onUnix,
  async () => {
    const script = 'echo "on 1234" >&2; printf "ready as Ada\nand"; exit 7';
    const error = await assertRejects(
      () =>
        startTarget({
          command: "sh",
          args: ["-c", script],
          readyPattern: "ready as (?<who>\\w+)\\s+(on|and)",
        }),
      TargetError,
      "it exited with code 7; its last output was:\n",
    );
    const lines = error.message.split("\n").slice(-3).sort();
    assertEquals(lines, [
      "stderr: on 1234",
      "stdout: and",
      "stdout: ready as Ada",
    ]);
  },
);

Deno.test(
  "a target ends with everything that it has started",
  onUnix,
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const source = `
      await Deno.connect({ hostname: "127.0.0.1", port: ${listener.addr.port} });
      console.log("ready");
      setInterval(() => {}, 1000);
    `;
    const target = await startTarget({
      command: "sh",
      args: ["-c", '"$0" eval --no-check "$1" & wait', Deno.execPath(), source],
      readyPattern: "ready",
    });
    using grandchild = await listener.accept();
    await target[Symbol.asyncDispose]();
    // It ends when the process does that holds it.
    assertEquals(await grandchild.read(new Uint8Array(1)), null);
  },
);

Deno.test("a target that is not ready in time is ended", bounded, async () => {
  await assertRejects(
    () =>
      startTarget(
        program("setInterval(() => {}, 1000)", { readyTimeoutMs: 300 }),
      ),
    TargetError,
    "it was not ready after 300 ms; it printed nothing",
  );
});

Deno.test(
  "a target whose program does not exist cannot be started",
  bounded,
  async () => {
    await assertRejects(
      () => startTarget({ command: "no-such-program", readyPattern: "." }),
      TargetError,
      "Cannot start the target no-such-program: there is no program no-such-program, in PATH or as a path",
    );
  },
);

Deno.test("the start of a target can be given up", bounded, async () => {
  const abort = new AbortController();
  const started = startTarget(program("setInterval(() => {}, 1000)"), {
    signal: abort.signal,
  });
  abort.abort(new Error("enough"));
  await assertRejects(() => started, Error, "enough");
});

Deno.test(
  "a target that exits makes the run invalid, and ends it",
  bounded,
  async () => {
    const driver = new TestDriver();
    const result = await new LoadTestManager({ drivers: { test: driver } }).run(
      {
        name: "A target that dies",
        target: program(
          `console.log("ready as Ada on 1"); setTimeout(() => {
      console.error("out of memory");
      Deno.exit(3);
    }, 200)`,
          { readyPattern: "ready" },
        ),
        load: { model: "open", arrivalsPerSecond: 50, maxUsers: 10 },
        phases: { steadyMs: 50_000 },
        operations: [{ name: "ask", driver: "test", request: {} }],
      },
    );
    assertEquals(result.verdict, "invalid");
    const reasons = result.reasons.join("\n");
    assertStringIncludes(reasons, "it exited with code 3");
    assertStringIncludes(reasons, "out of memory");
    assert(result.durationMs < 50_000);
  },
);

Deno.test(
  "500 users with think time all start on a server in another process, and none is lost",
  bounded,
  async () => {
    const users = 500;
    const manager = new LoadTestManager({ drivers: { echo: echoDriver } });
    const result = await manager.run({
      name: "500 users",
      target: echoTarget(),
      load: {
        model: "closed",
        users,
        thinkTime: { distribution: "uniform", minMs: 500, maxMs: 1500 },
      },
      phases: { rampUpMs: 1000, steadyMs: 1000, rampDownMs: 500 },
      operations: [{
        name: "echo",
        driver: "echo",
        request: { port: "${target.port}" },
      }],
      criteria: [{ metric: "errorRate", is: "at_most", value: 0 }],
    });
    assertEquals(result.users, {
      planned: users,
      started: users,
      replaced: 0,
      peak: users,
    });
    assertEquals(result.total.ok, result.total.planned);
    assert(result.total.ok >= users);
    assertEquals(result.criteria[0]?.outcome, "held");
    assert((result.generator.rssPeakBytes ?? 0) > 0);
  },
);

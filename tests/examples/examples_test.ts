import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { TextLineStream, toText } from "@std/streams";
import { DemoError } from "../../examples/demo/errors.ts";
import { fit } from "../../examples/demo/progress.ts";
import { faults, type Run } from "../../examples/demo/report.ts";
import { NatsServer, natsServerMissing } from "../bus/support/nats_server.ts";
import { ServerProcess } from "../../examples/demo/server_process.ts";

const ROOT = new URL("../../", import.meta.url);
const decoder = new TextDecoder();

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function command(path: string, args: string[]): Promise<Deno.Command> {
  const script = new URL(path, ROOT);
  const [, permissions = ""] =
    (await Deno.readTextFile(script)).match(/Permissions: (.*)/) ?? [];
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      ...permissions.split(" ").filter((flag) => flag !== "none"),
      script.href,
      ...args,
    ],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

/** Runs a script with the permissions that its first comment states. */
async function run(path: string, ...args: string[]): Promise<Result> {
  const output = await (await command(path, args)).output();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

Deno.test("each example states the permissions it needs in its first comment", async () => {
  for await (const entry of Deno.readDir(new URL("examples/", ROOT))) {
    if (!entry.isFile) continue;
    const text = await Deno.readTextFile(
      new URL(`examples/${entry.name}`, ROOT),
    );
    const [comment = ""] = text.match(/^\/\*\*.*?\*\//s) ?? [];
    assertMatch(comment, /Permissions: (none|--allow)/, entry.name);
    const own = text.replace('import "./support/permissions.ts";\n', "");
    const needsNone = comment.includes("Permissions: none");
    assertEquals(own === text, needsNone, entry.name);
    // What an application does with its users takes room.
    const most = entry.name === "terminal_in_router.ts" ? 110 : 75;
    assert(own.split("\n").length <= most, `${entry.name} is too long`);
  }
});

Deno.test("examples/echo.ts echoes a hundred connections over one socket", async () => {
  const { code, stdout, stderr } = await run("examples/echo.ts");
  assertEquals(
    { code, stdout, stderr },
    {
      code: 0,
      stdout: "hello 1 … hello 100\n100 connections, 1 socket\n",
      stderr: "",
    },
  );
});

Deno.test("examples/batches.ts takes a hundred thousand messages", async () => {
  const { code, stdout, stderr } = await run("examples/batches.ts");
  assertEquals(
    { code, stdout, stderr },
    { code: 0, stdout: "100000 readings, the mean is 50000.5\n", stderr: "" },
  );
});

Deno.test("examples/typed_messages.ts answers with the balance", async () => {
  const { code, stdout, stderr } = await run("examples/typed_messages.ts");
  assertEquals(
    { code, stdout, stderr },
    {
      code: 0,
      stdout: "deposited 10, balance 10\ndeposited 32, balance 42\n",
      stderr: "",
    },
  );
});

Deno.test("examples/bus.ts shows a queue group, a retained value and a request", async () => {
  assertEquals(await run("examples/bus.ts"), {
    code: 0,
    stdout: `audit: 1,2,3,4
Ajax: 1,4
Briseis: 2,3
sensors.cellar: 12 (retained)
it is noon
Cannot request on weather: nobody subscribes to it
`,
    stderr: "",
  });
});

Deno.test(
  "examples/bus.ts is the same program on a server of NATS",
  { ignore: natsServerMissing !== undefined },
  async () => {
    await using server = await NatsServer.start({ hasJetStream: true });
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "examples/bus.ts", server.address],
      cwd: ROOT,
      stdin: "null",
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals([code, decoder.decode(stderr)], [0, ""]);
    const lines = decoder.decode(stdout).trimEnd().split("\n");
    const [audit, ajax = "", briseis = "", ...others] = lines;
    assertEquals(audit, "audit: 1,2,3,4");
    // NATS chooses a member at random.
    assertEquals(
      `${ajax},${briseis}`.match(/\d/g)?.toSorted(),
      ["1", "2", "3", "4"],
    );
    assertEquals(others, [
      "sensors.cellar: 12 (retained)",
      "it is noon",
      "Cannot request on weather: nobody subscribes to it",
    ]);
  },
);

Deno.test("examples/request_reply.ts shows a reply, a failure and a time-out", async () => {
  const { code, stdout, stderr } = await run("examples/request_reply.ts");
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  // The failure may be there before the reply.
  assertEquals(stdout.trimEnd().split("\n").sort(), [
    "Atlantis: failure 404, on no map",
    "Ithaca: no reply in time, and its handler was cancelled",
    "Troy: sunny",
  ]);
});

Deno.test("examples/remote_service has a client that notices no cut", async () => {
  assertEquals(await run("examples/remote_service/main.ts"), {
    code: 0,
    stdout: `1000 were added, the service has 1000
3 2 1 0
the network was cut 5 times
`,
    stderr: "",
  });
});

Deno.test("examples/restarted_service.ts repeats what is safe after the restart, and no more", async () => {
  assertEquals(await run("examples/restarted_service.ts"), {
    code: 0,
    stdout: `what is tea? — done
tea may be bought, or not
buy coffee — done
`,
    stderr: "",
  });
});

Deno.test("examples/chat.ts relays to all members, although one of them sleeps", async () => {
  assertEquals(await run("examples/chat.ts"), {
    code: 0,
    stdout: `The peer has refused the connection: Ajax is here already
Ajax and Briseis have heard 1000 lines each
Chryses wakes, and has missed some
`,
    stderr: "",
  });
});

Deno.test("examples/file_transfer.ts goes on over a second socket", async () => {
  assertEquals(await run("examples/file_transfer.ts"), {
    code: 0,
    stdout: `session: connecting
session: connected (socket 1)
the network fails in the middle of the file
session: resuming
session: connected (socket 2)
256 chunks sent, the SHA-256 is equal
session: closed
`,
    stderr: "",
  });
});

Deno.test("examples/storage.ts writes, reads, lists and removes objects", async () => {
  assertEquals(await run("examples/storage.ts"), {
    code: 0,
    stdout: `written: 1088890 bytes, SHA-256 64e7e9a9…
read: 100000 lines of text/plain
a part: "0\\nline 1\\nlin"
it was there already, and stays
reports/2026/july has 70 bytes
reports/2026/june has 70 bytes
Cannot find reports/2026/may: there is no such object
`,
    stderr: "",
  });
});

Deno.test("examples/mutual_tls.ts knows the client, and refuses one without a certificate", async () => {
  const { code, stdout, stderr } = await run("examples/mutual_tls.ts");
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  assertMatch(
    stdout,
    /^welcome, worker-7\nwithout a certificate: ConnectError: .* the server wants a certificate.*\n$/,
  );
});

Deno.test("examples/load_shedding.ts does every job, and drains", async () => {
  const { code, stdout, stderr } = await run("examples/load_shedding.ts");
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const lines = stdout.trimEnd().split("\n");
  assertEquals(
    lines.slice(0, 6).sort(),
    [..."ABCDEF"].map((id) => `job ${id} is done`),
  );
  assertMatch(
    lines.slice(6).join("\n"),
    /^at most 2 at once, \d+ refusals\njob last is done\njob late: ConnectError$/,
  );
});

const DEMO = "examples/demo/main.ts";

async function withFile(
  bytes: Uint8Array,
  use: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

/** What the demo says of cuts, whatever the file. */
function assertCuts(stdout: string): void {
  const cuts = stdout.match(/^cut \d at .* s, .*: resumed in [\d.]+ ms$/gm);
  assertEquals(cuts?.length, 3);
  assertMatch(stdout, /round trips over a cut +\d+, the longest [\d.]+ ms;/);
  assertMatch(
    stdout,
    /at a cut +\d+ messages, each answered once and in order/,
  );
  assertMatch(stdout, /4 here, 4 at the server, one after another/);
  assertMatch(stdout, /resumes +3 of one session/);
  assertMatch(stdout, /\nVerified: .*\n$/);
}

Deno.test("the demo verifies a file over a socket that is cut, and prints the table", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const file = new Uint8Array(60_000 * 50);
  for (let i = 0; i < 50; i++) file.set(bytes, i * bytes.length);
  const digest = await crypto.subtle.digest("SHA-256", file);
  await withFile(file, async (path) => {
    const { code, stdout, stderr } = await run(DEMO, path);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertMatch(stdout, /101 logical connections over 1 TCP socket/);
    assertMatch(stdout, /^cut 1 .* with \d+ % of the file sent/m);
    assertMatch(stdout, /p50 .* ms\n.*p95 .* ms\n.*p99 .* ms/);
    assertMatch(stdout, new RegExp(`${new Uint8Array(digest).toHex()} .equal`));
    assertCuts(stdout);
  });
});

Deno.test("the demo shows the round trips of the run for files too short", async () => {
  for (const size of [0, 1]) {
    await withFile(new Uint8Array(size), async (path) => {
      const { code, stdout, stderr } = await run(DEMO, path);
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      assertEquals(stdout.includes("which is empty"), size === 0);
      assertEquals(stdout.match(/^100 %/gm)?.length, 1);
      assertMatch(stdout, /messages there and back +\d{4}/);
      assertMatch(stdout, /round trip .*, p50 +[\d.]+ ms\n/);
      assertMatch(
        stdout,
        size === 0 ? /throughput +—\n/ : /put +\d.* k?B\/s\n/,
      );
      assertMatch(stdout, / .equal/);
      assertMatch(stdout, /^cut 3 .*, after the file/m);
      assertCuts(stdout);
    });
  }
});

Deno.test("the demo says what is wrong with a file that it cannot stream", async () => {
  const long = "a".repeat(300);
  const file = new URL("README.md", ROOT).pathname;
  const folder = new URL("docs", ROOT).pathname;
  const problems = [
    ["/no/such/file", "/no/such/file does not exist"],
    ["/no/such/007", "/no/such/007 does not exist"],
    ["007", "007 does not exist"],
    [folder, `${folder} is not a file`],
    ["/dev/null", "/dev/null is not a file"],
    [`${file}/x`, `${file}/x cannot be read: not a directory`],
    ["", '"" cannot be read: empty path is not allowed'],
    [long, `${long} cannot be read: file name too long`],
  ] as const;
  await Promise.all(
    problems.map(async ([path, problem]) =>
      assertEquals(await run(DEMO, path), {
        code: 2,
        stdout: "",
        stderr: `demo: ${problem}\n`,
      })
    ),
  );
});

Deno.test({
  name: "the demo says that it may not read a file",
  // Root may read all.
  ignore: Deno.uid() === 0,
  async fn() {
    await withFile(new Uint8Array(1), async (path) => {
      await Deno.chmod(path, 0o000);
      assertEquals(await run(DEMO, path), {
        code: 2,
        stdout: "",
        stderr: `demo: ${path} cannot be read: permission denied\n`,
      });
    });
  },
});

Deno.test("the demo refuses options that it does not know", async () => {
  for (const option of ["--nonsense", "-n", "--no-help", "--file=x"]) {
    const { code, stdout, stderr } = await run(DEMO, option);
    assertEquals({ code, stdout }, { code: 2, stdout: "" });
    const [name] = option.split("=");
    assertEquals(stderr, `demo: unknown option ${name}; see --help\n`);
  }
  const { code, stderr } = await run(DEMO, "a", "b");
  assertEquals(
    { code, stderr },
    { code: 2, stderr: "demo: one FILE at most; see --help\n" },
  );
});

Deno.test("the demo's bar fits on a narrow terminal", () => {
  assertEquals(fit(0.5, "50 %", 80), `${"█".repeat(15)}${"░".repeat(15)} 50 %`);
  assertEquals(fit(0.5, "50 %", 15), "█████░░░░░ 50 %");
  assertEquals(fit(0.5, "50 %", 9), "50 %");
  assertEquals(fit(0.5, "50 %", 2), "50");
});

Deno.test("the demo says what it could not verify", () => {
  const run: Run = {
    file: {
      sent: 1,
      sha256: "aa",
      start: 0,
      end: 1,
      receipt: { bytes: 1, sha256: "aa" },
    },
    conversations: [{ roundTrips: [] }],
    cuts: [{ start: 0, end: 1 }],
    dials: 2,
    counters: { sockets: 2, resumes: 1, rssBytes: 1 },
  };
  assertEquals(faults(run), []);
  const worst = {
    ...run,
    file: { ...run.file, receipt: undefined },
    conversations: [{ roundTrips: [], error: "out of order" }],
    dials: 1,
    counters: undefined,
  };
  assertEquals(faults(worst), [
    "out of order",
    "SHA-256 sent aa, received undefined",
    "1 cuts, but 1 sockets here and undefined at the server",
    "1 cuts, but undefined resumes",
  ]);
});

Deno.test("the demo says why the server cannot start", async () => {
  const script = new URL("examples/demo/no_such_server.ts", ROOT);
  const error = await assertRejects(
    () => ServerProcess.start(script),
    DemoError,
    "the server ended with code 1 before it listened\n",
  );
  assertMatch(error.message, /Module not found/);
});

Deno.test("the demo explains itself", async () => {
  const { code, stdout } = await run(DEMO, "--help");
  assertEquals(code, 0);
  assertMatch(stdout, /Usage: deno task demo \[FILE\]/);
});

/** Runs the demo with a file too long to end, and acts while it streams. */
async function whileStreaming(
  act: (demo: Deno.ChildProcess, server: number) => void,
): Promise<Result> {
  const path = await Deno.makeTempFile();
  // Sparse, and far too long to be streamed.
  await Deno.truncate(path, 1e12);
  try {
    const demo = (await command(DEMO, [path])).spawn();
    const stderr = toText(demo.stderr);
    const lines = demo.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    let stdout = "";
    let acted = false;
    for await (const line of lines) {
      stdout += `${line}\n`;
      if (acted || !line.includes("%")) continue;
      acted = true;
      act(demo, Number(stdout.match(/process (\d+)/)?.[1]));
    }
    const { code } = await demo.status;
    const port = Number(stdout.match(/127\.0\.0\.1:(\d+)/)?.[1]);
    await assertRejects(
      () => Deno.connect({ hostname: "127.0.0.1", port }),
      Deno.errors.ConnectionRefused,
    );
    return { code, stdout, stderr: await stderr };
  } finally {
    await Deno.remove(path);
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`the demo ends both processes on ${signal}`, async () => {
    const { code, stderr } = await whileStreaming((demo) => demo.kill(signal));
    assertEquals(
      { code, stderr },
      { code: 130, stderr: "Interrupted: nothing is left running\n" },
    );
  });
}

Deno.test("the demo says that the server was killed", async () => {
  const { code, stderr } = await whileStreaming((_demo, server) =>
    Deno.kill(server, "SIGKILL")
  );
  assertEquals({ code, stderr }, {
    code: 1,
    stderr:
      "demo: the server ended with signal SIGKILL while the file was streaming\n",
  });
});

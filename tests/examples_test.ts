import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { TextLineStream, toText } from "@std/streams";

const ROOT = new URL("../", import.meta.url);
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
    args: ["run", "--quiet", ...permissions.split(" "), script.href, ...args],
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
    assert(text.split("\n").length <= 60, `${entry.name} is too long`);
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

Deno.test("the demo verifies a file over one socket and prints the table", async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const file = new Uint8Array(60_000 * 50);
  for (let i = 0; i < 50; i++) file.set(bytes, i * bytes.length);
  const digest = await crypto.subtle.digest("SHA-256", file);
  await withFile(file, async (path) => {
    const { code, stdout, stderr } = await run(DEMO, path);
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertMatch(stdout, /101 logical connections .* over 1 TCP socket/);
    assertMatch(stdout, /p50 .* ms\n.*p95 .* ms\n.*p99 .* ms/);
    assertMatch(stdout, new RegExp(`${new Uint8Array(digest).toHex()} .equal`));
    assertMatch(stdout, /1 here, 1 at the server/);
  });
});

Deno.test("the demo streams an empty file", async () => {
  await withFile(new Uint8Array(0), async (path) => {
    const { code, stdout } = await run(DEMO, path);
    assertEquals(code, 0);
    assertMatch(stdout, /which is empty/);
    assertMatch(stdout, /e3b0c442.* .equal/);
  });
});

Deno.test("the demo says what is wrong with a file that it cannot stream", async () => {
  const missing = await run(DEMO, "/no/such/file");
  assertEquals(missing, {
    code: 2,
    stdout: "",
    stderr: "demo: /no/such/file does not exist\n",
  });
  const folder = await run(DEMO, Deno.cwd());
  assertEquals(folder.code, 2);
  assertMatch(folder.stderr, /is not a file\n$/);
});

Deno.test("the demo explains itself", async () => {
  const { code, stdout } = await run(DEMO, "--help");
  assertEquals(code, 0);
  assertMatch(stdout, /Usage: deno task demo \[FILE\]/);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`the demo ends both processes on ${signal}`, async () => {
    const path = await Deno.makeTempFile();
    // Sparse, and far too long to be streamed.
    await Deno.truncate(path, 1e12);
    try {
      const demo = (await command(DEMO, [path])).spawn();
      const lines = demo.stdout.pipeThrough(new TextDecoderStream())
        .pipeThrough(new TextLineStream());
      let port = 0;
      for await (const line of lines) {
        port ||= Number(line.match(/127\.0\.0\.1:(\d+)/)?.[1] ?? 0);
        if (line.includes("%")) break;
      }
      demo.kill(signal);
      assertMatch(await toText(demo.stderr), /Interrupted/);
      assertEquals((await demo.status).code, 130);
      await assertRejects(
        () => Deno.connect({ hostname: "127.0.0.1", port }),
        Deno.errors.ConnectionRefused,
      );
    } finally {
      await Deno.remove(path);
    }
  });
}

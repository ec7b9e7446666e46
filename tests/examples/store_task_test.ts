import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import PocketBase from "pocketbase";
import { bounded } from "../support/net.ts";

const ROOT = new URL("../../", import.meta.url);

function program(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "examples/store/main.ts", ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

/** Uses what it serves until it is interrupted; returns what it has printed on stderr. */
async function whileServed(
  path: string,
  use: (address: string, ticket: string) => Promise<void>,
): Promise<string> {
  const child = program("--port", "0", "--path", path).spawn();
  const stderr = new Response(child.stderr).text();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream())[Symbol.asyncIterator]();
  const { value: first = "" } = await lines.next();
  const [, address = "", ticket = ""] =
    /(http:\/\/[^/]+)\/_\/#(\S+)/.exec(first) ?? [];
  await use(address, ticket);
  child.kill("SIGINT");
  while (!(await lines.next()).done);
  assertEquals((await child.status).code, 0);
  return await stderr;
}

Deno.test(
  "deno task store serves a store and its page, and has its records the next time",
  bounded,
  async () => {
    const directory = await Deno.makeTempDir();
    const path = `${directory}/data.db`;
    try {
      let id = "";
      const errors = await whileServed(path, async (address, ticket) => {
        const page = await fetch(`${address}/_/`);
        assert((await page.text()).includes("<title>Store</title>"));
        const pb = new PocketBase(address);
        assertEquals((await pb.collection("tasks").getFullList()).length, 1);
        const { record } = await pb.collection("users").authWithPassword(
          "ann@example.com",
          "an example password",
        );
        const project = (await pb.collection("projects").getFullList())[0];
        const task = await pb.collection("tasks").create({
          title: "Write a test",
          hours: 2,
          owner: record.id,
          project: project?.id,
        });
        id = task.id;
        assertEquals([task.minutes, task.shown], [120, "Write a test"]);
        const finished = await pb.send("/api/functions/finishProject", {
          method: "POST",
          body: { project: project?.id },
        });
        assertEquals(finished, { finished: 3 });
        const exchange = await fetch(`${address}/_/ticket`, {
          method: "POST",
          body: ticket,
        });
        assertEquals(exchange.status, 204);
        await exchange.body?.cancel();
        // Another one has the file meanwhile.
        const other = await program("--port", "0", "--path", path).output();
        assertEquals(other.code, 1);
        const text = new TextDecoder().decode(other.stderr);
        assert(text.includes(path), text);
      });
      // In development, what no index serves is reported.
      assert(!/error/i.test(errors), errors);
      await whileServed(path, async (address) => {
        const pb = new PocketBase(address);
        assert((await pb.collection("tasks").getOne(id)).done);
        pb.cancelAllRequests();
      });
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test(
  "deno task store says what is wrong with its arguments, and has a help",
  bounded,
  async () => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = String(taken.addr.port);
    const directory = await Deno.makeTempDir();
    const path = `${directory}/data.db`;
    try {
      for (
        const [args, code, expected] of [
          [["--port", port, "--path", path], 1, "another with --port, or 0"],
          [["--port", "0", "--path", directory], 1, directory],
          [["--help"], 0, "Usage: deno task store"],
          [["--prot", "1"], 2, "unknown option --prot, did you mean --port?"],
          [["--port", "x"], 2, '--port is "x"'],
          [["--path="], 2, "--path needs a FILE"],
          [["data.db"], 2, "unknown argument data.db"],
        ] as const
      ) {
        const output = await program(...args).output();
        const decoder = new TextDecoder();
        const text = decoder.decode(output.stdout) +
          decoder.decode(output.stderr);
        assertEquals(output.code, code, text);
        assert(text.includes(expected), text);
      }
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test(
  "deno task store ends at Ctrl-C though somebody sends no more of a body",
  bounded,
  async () => {
    const directory = await Deno.makeTempDir();
    try {
      let slow: Deno.TcpConn | undefined;
      await whileServed(`${directory}/data.db`, async (address) => {
        slow = await Deno.connect({
          hostname: "127.0.0.1",
          port: Number(new URL(address).port),
        });
        await slow.write(new TextEncoder().encode(
          "POST /api/collections/tasks/records HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
        ));
        // It is under way when this is answered.
        await (await fetch(`${address}/api/health`)).body?.cancel();
      });
      slow?.close();
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { ActorSystem } from "../../src/actor/mod.ts";
import { connectBus } from "../../src/bus/mod.ts";
import { ConnectionPool } from "../../src/tcp/mod.ts";
import { connectWeb } from "../../src/websocket/mod.ts";
import { bounded } from "../support/net.ts";

const ROOT = new URL("../../", import.meta.url);

function program(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "examples/bus/main.ts", ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

/** What a program prints that somebody has pasted. */
async function printedBy(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--check",
      "--allow-net=127.0.0.1",
      "--ext=ts",
      "-",
    ],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(text));
  await input.close();
  const { stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout) + decoder.decode(stderr);
}

Deno.test(
  "deno task bus serves a bus and its page, and Ctrl-C ends it",
  bounded,
  async () => {
    const child = program("--port", "0", "--page-port", "0").spawn();
    const stderr = new Response(child.stderr).text();
    const lines = child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())[Symbol.asyncIterator]();
    const line = async (): Promise<string> => (await lines.next()).value ?? "";
    const until = async (end: string): Promise<string> => {
      let text = "";
      while (!text.includes(end)) text += `${await line()}\n`;
      return text;
    };
    const address = /http:\S+/.exec(await line())?.[0];
    assert(address !== undefined, "it printed no page");
    const pasted = (await until("console.log")).replace(/^.*:$/m, "");
    const port = Number(/port: (\d+)/.exec(pasted)?.[1]);
    const output = await printedBy(pasted);
    assertEquals(output, "{ order: 7 }\n");
    {
      await using system = new ActorSystem();
      await using pool = new ConnectionPool(system);
      const hostname = "127.0.0.1";
      await using bus = await connectBus(pool.peer({ hostname, port }));
      await using orders = bus.subscribe("orders.*");
      await orders.ready;
      await bus.publish("orders.eu", 7);
      assertEquals((await orders.receive())?.value, 7);
      const html = await (await fetch(address)).text();
      assert(html.includes("<td>orders.eu</td>"), html);
      const url = /"(ws:[^"]+)"/.exec(await until("connectBus(client)"))?.[1];
      assert(url !== undefined, "it printed no address for pages");
      await using web = connectWeb(url);
      await using page = await connectBus(web);
      await page.publish("orders.us", 8);
      assertEquals((await orders.receive())?.value, 8);
    }
    child.kill("SIGINT");
    while (!(await lines.next()).done);
    assertEquals([(await child.status).code, await stderr], [0, ""]);
  },
);

Deno.test("deno task bus says what is wrong with its arguments, and has a help", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String(taken.addr.port);
  for (
    const [args, code, expected] of [
      [["--port", port, "--page-port", "0"], 1, "another with --port, or 0"],
      [["--port", "0", "--page-port", port], 1, "another with --page-port"],
      [["--help"], 0, "Usage: deno task bus"],
      [["--prot", "1"], 2, "unknown option --prot, did you mean --port?"],
      [["--ports", "1"], 2, "unknown option --ports, did you mean --port?"],
      [["--quick"], 2, "unknown option --quick"],
      [["--port", "x"], 2, '--port is "x"'],
    ] as const
  ) {
    const output = await program(...args).output();
    const decoder = new TextDecoder();
    const text = decoder.decode(output.stdout) + decoder.decode(output.stderr);
    assertEquals(output.code, code);
    assert(text.includes(expected), text);
  }
});

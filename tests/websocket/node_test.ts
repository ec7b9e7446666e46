import { assert, assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import { listen } from "../../src/tcp/listener.ts";
import { clientModule } from "../../src/websocket/client_module.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { findProgram } from "../support/programs.ts";
import type { TalkReport } from "./modules/talk.ts";
import { isSlow } from "../support/slow.ts";
import { bundleModule, sizeOf, Talk } from "./talks.ts";

const SIZE = sizeOf(isSlow);

const node = findProgram("node");
if (node === undefined) {
  console.warn("Node is not tested: it is not installed");
}
const inNode = { timeout: 60_000, ignore: node === undefined };

/** Runs a module in Node beside the client, and returns what it prints. */
async function runInNode(
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const directory = await Deno.makeTempDir();
  try {
    const all = { "client.mjs": await clientModule(), ...files };
    for (const [name, text] of Object.entries(all)) {
      await Deno.writeTextFile(`${directory}/${name}`, text);
    }
    const { success, stdout, stderr } = await new Deno.Command(node ?? "node", {
      args: [`${directory}/main.mjs`],
    }).output();
    const decoder = new TextDecoder();
    // Node shows the whole line of a failure, which is the whole client.
    const errors = decoder.decode(stderr).slice(-2000);
    assert(success, errors);
    assertEquals(errors, "");
    return decoder.decode(stdout);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test(
  "messages between a program in Node and a listener survive every cut, once and in order",
  inNode,
  async () => {
    const talk = new Talk(SIZE);
    await using system = new ActorSystem();
    await using listener = listen(system, { port: 0, serve: talk.serve });
    await using proxy = new FaultProxy(listener.address);
    const elsewhere = bundleModule("talk.ts").then(async (
      script,
    ): Promise<TalkReport> =>
      JSON.parse(
        await runInNode({
          "talk.mjs": script,
          "main.mjs": `
          import { connectNode } from "./client.mjs";
          import { talk } from "./talk.mjs";
          const address = ${JSON.stringify(proxy.address)};
          const client = connectNode(address, { backoff: { initialMs: 1, maxMs: 5 }, retryMs: 10_000 });
          const connection = await client.connect();
          const report = await talk(connection, ${SIZE.messages}, ${SIZE.maxBytes});
          await client.close();
          console.log(JSON.stringify(report));`,
        }),
      )
    );
    await talk.check(proxy, elsewhere);
    assert(listener.stats().resumes >= SIZE.cuts / 2);
  },
);

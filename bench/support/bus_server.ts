/**
 * The server of a bus in a process of its own: ours, or NATS, which keeps its
 * streams in a directory that goes with it. Its argument is the kind.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus, serveBus } from "../../src/bus/mod.ts";
import { listen } from "../../src/tcp/mod.ts";
import { shareCore } from "./cores.ts";
import { announce } from "./peer_process.ts";

async function serveTroupe(directory: string): Promise<never> {
  const system = new ActorSystem();
  const bus = new Bus(system, { directory });
  const listener = listen(system, { port: 0, ...serveBus(bus).options });
  return await announce(listener.address.port, async () => {
    await system.shutdown();
    await Deno.remove(directory, { recursive: true });
  });
}

async function serveNats(directory: string): Promise<never> {
  const config = `${directory}/nats.conf`;
  await Deno.writeTextFile(
    config,
    `listen: "127.0.0.1:-1"
jetstream {
  store_dir: "${directory}"
}
`,
  );
  const server = new Deno.Command("nats-server", {
    args: ["--config", config],
    // It has one core to run on.
    env: { GOMAXPROCS: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const port = await portOf(server.stderr);
  await shareCore(server.pid, "all");
  return await announce(port, async () => {
    server.kill();
    await server.status;
    await Deno.remove(directory, { recursive: true });
  });
}

/** The port in what the server logs when it starts. */
async function portOf(log: ReadableStream<Uint8Array>): Promise<number> {
  const lines = log.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  let port: number | undefined;
  for await (const line of lines.values({ preventCancel: true })) {
    const found = line.match(/client connections on .*:(\d+)$/)?.[1];
    if (found !== undefined) port = Number(found);
    if (!line.includes("Server is ready") || port === undefined) continue;
    // Whatever it says later must not fill the pipe.
    lines.pipeTo(new WritableStream()).catch(() => {});
    return port;
  }
  throw new Error("Cannot start nats-server: it has ended");
}

if (import.meta.main) {
  const [kind] = Deno.args;
  const directory = await Deno.makeTempDir();
  if (kind === "nats") await serveNats(directory);
  else await serveTroupe(directory);
}

/**
 * A chat over a bus: who is there, and what is said, also before one came. A
 * member who is cut off misses nothing, and has not left.
 *
 * Permissions: --allow-net=127.0.0.1
 * Run it: deno run --allow-net=127.0.0.1 examples/bus_chat.ts serve 7430
 *         deno run --allow-net=127.0.0.1 examples/bus_chat.ts join 7430 ann
 *
 * @module
 */
import "./support/permissions.ts";
import { TextLineStream } from "@std/streams";
import { ActorSystem, ConnectionPool, json, listen } from "@troupe/troupe";
import { Bus, connectBus, serveBus, subject } from "@troupe/troupe/bus";

type Said = { readonly by: string; readonly text: string };
const room = subject("chat.room", json({ parse: (value) => value as Said }));
const HISTORY = {
  subjects: ["chat.*"],
  durability: "memory",
  maxMessages: 100,
} as const;

async function serve(port: number): Promise<void> {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  await bus.stream("chat", HISTORY);
  const { options } = serveBus(bus, {
    authorize: ({ operation }) => operation !== "manage",
  });
  await using listener = listen(system, { port, ...options });
  console.log(`listening on port ${listener.address.port}`);
  await listener.closed;
}

async function join(port: number, name: string): Promise<void> {
  await using system = new ActorSystem();
  await using pool = new ConnectionPool(system);
  const onLoss = () => console.log("* the server is gone, trying again");
  await using bus = await connectBus(pool.peer({ port }), { onLoss });
  const chat = await bus.stream("chat", HISTORY);
  await using presence = bus.presence("room");
  void (async () => {
    for await (const { joins, leaves } of presence) {
      for (const { key } of joins) console.log(`* ${key} is here`);
      for (const { key } of leaves) console.log(`* ${key} has left`);
    }
  })();
  await presence.ready;
  await using _me = await bus.track("room", name, null);
  await using history = await chat.consume(room);
  void (async () => {
    for await (const message of history) {
      console.log(`${message.value.by}: ${message.value.text}`);
      await message.ack();
    }
  })();
  const lines = Deno.stdin.readable
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const text of lines) {
    await chat.publish(room, { by: name, text }, { id: crypto.randomUUID() });
  }
}

const [what, port, name] = Deno.args;
const isJoin = what === "join" && name !== undefined;
if (port === undefined || !isJoin && what !== "serve") {
  console.error("Usage: bus_chat.ts serve PORT, or bus_chat.ts join PORT NAME");
  Deno.exit(2);
}
await (isJoin ? join(+port, name) : serve(+port)).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
});

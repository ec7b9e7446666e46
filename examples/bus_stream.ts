/**
 * A stream that survives kill -9: another process publishes orders, and is
 * killed in the middle. Each order that was acknowledged is there, and what is
 * published again by its id is there once.
 *
 * Permissions: --allow-read --allow-write --allow-run
 *
 * Run it: deno run --allow-read --allow-write --allow-run examples/bus_stream.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem } from "@troupe/troupe";
import { Bus, type BusStream } from "@troupe/troupe/bus";

const PERMISSIONS = ["--allow-read", "--allow-write", "--allow-run"];

/** Publishes orders until it is killed, and prints those that are kept. */
async function publishForever(orders: BusStream): Promise<never> {
  for (let number = 1;; number++) {
    await orders.publish("orders.eu", number, { id: `order ${number}` });
    console.log(number);
  }
}

/** Starts the other process, kills it, and returns its last kept order. */
async function publishAndKill(directory: string): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...PERMISSIONS, Deno.mainModule, directory],
    stdout: "piped",
  }).spawn();
  let printed = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    printed += text;
    if (printed.split("\n").length > 100) child.kill("SIGKILL");
  }
  await child.status;
  // The last line may be cut off.
  return Number(printed.split("\n").at(-2));
}

const isParent = Deno.args[0] === undefined;
const directory = Deno.args[0] ?? await Deno.makeTempDir();
const acknowledged = isParent ? await publishAndKill(directory) : 0;

await using system = new ActorSystem();
await using bus = new Bus(system, { directory });
// `synced`: a publish is acknowledged when the disk has it.
const orders = await bus.stream("orders", {
  subjects: ["orders.>"],
  durability: "synced",
});
if (!isParent) await publishForever(orders);

const { messages } = await orders.info();
console.log(`all that were acknowledged are kept: ${messages >= acknowledged}`);
const again = await orders.publish("orders.eu", 1, { id: "order 1" });
console.log(`order 1 again: number ${again.sequence}, ${again.isDuplicate}`);
const consumer = await orders.consume("orders.>", { name: "billing" });
let isWhole = true;
for (let number = 1; number <= messages; number++) {
  const message = await consumer.receive();
  isWhole &&= message?.value === number && message.gap === 0;
  await message?.ack();
}
console.log(`in order, and each once: ${isWhole}`);
await bus.close();
await Deno.remove(directory, { recursive: true });

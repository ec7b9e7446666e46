/**
 * A chat room over one socket. An actor writes to each member, from a mailbox that
 * drops its oldest line: who reads slowly misses lines, and holds up nobody.
 *
 * Permissions: --allow-net=127.0.0.1
 * Run it: deno run --allow-net=127.0.0.1 examples/chat.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem, ConnectionPool, json, listen } from "@troupe/troupe";
import type { ActorRef, Behavior, LogicalConnection } from "@troupe/troupe";
import { TypedConnection } from "@troupe/troupe";

const codec = json({ parse: String });
const typed = (of: LogicalConnection) => new TypedConnection(of, codec);
const writers = new Map<string, ActorRef<string>>();
const mailbox = { maxMessages: 100, overflow: "drop_oldest" } as const;
/** Waits for its member alone, and ends when that has gone. */
const writer = (member: LogicalConnection): Behavior<string> => (context) => ({
  receive: (line) => typed(member).send(line).catch(() => context.stop()),
});

await using system = new ActorSystem();
await using room = listen(system, {
  port: 0,
  accept(member) {
    if (writers.has(member.id)) return `${member.id} is here already`;
    const ref = system.spawn(writer(member), { mailbox });
    writers.set(member.id, ref);
    member.closed.then(() => writers.delete(member.id) && ref.stop());
    return true;
  },
  async serve(member) {
    for await (const line of typed(member)) {
      for (const writer of writers.values()) writer.tell(line);
    }
  },
});

await using pool = new ConnectionPool(system);
async function join(id: string): Promise<TypedConnection<string>> {
  const member = await pool.connect(room.address, { id });
  await member.accepted.catch((error) => console.log(error.message));
  return typed(member);
}
const ajax = await join("Ajax");
const briseis = await join("Briseis");
const chryses = await join("Chryses");
await join("Ajax");
// Chryses sleeps, while the others talk more than a window holds.
for (let i = 0; i < 1000; i++) {
  await briseis.send("bla ".repeat(250));
  await Promise.all([ajax.receive(), briseis.receive()]);
}
console.log("Ajax and Briseis have heard 1000 lines each");
await briseis.send("wake up");
let heard = 0;
for (; await chryses.receive() !== "wake up"; heard++);
console.log(`Chryses wakes, and has missed ${heard < 1000 ? "some" : "none"}`);

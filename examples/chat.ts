/**
 * A chat room over one socket: a logical connection for each member, with the
 * member's name as its id. An actor for each member writes to it, from a bounded
 * mailbox that drops its oldest line, so a member who reads slowly, or not at
 * all, misses lines and holds up nobody.
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * Run it: deno run --allow-net=127.0.0.1 examples/chat.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem, ConnectionPool, json, listen } from "@troupe/troupe";
import { type ActorRef, type Behavior, TypedConnection } from "@troupe/troupe";

const text = json({ parse: String });
/** Who is in the room, and who writes to each of them. */
const members = new Map<string, ActorRef<string>>();

function writer(member: TypedConnection<string>): Behavior<string> {
  return (context) => ({
    async receive(line) {
      // It waits for this member alone, and ends when the member has gone.
      await member.send(line).catch(() => context.stop());
    },
  });
}

function tellAll(line: string): void {
  for (const member of members.values()) member.tell(line);
}

await using system = new ActorSystem();
await using room = listen(system, {
  port: 0,
  accept(connection) {
    const { id } = connection;
    if (members.has(id)) return `${id} is here already`;
    const member = system.spawn(
      writer(new TypedConnection(connection, text)),
      { mailbox: { maxMessages: 100, overflow: "drop_oldest" } },
    );
    members.set(id, member);
    connection.closed.then(() => {
      members.delete(id);
      member.stop();
    });
    return true;
  },
  async serve(connection) {
    const { id } = connection;
    tellAll(`${id} comes in`);
    const lines = new TypedConnection(connection, text);
    for await (const line of lines) tellAll(`${id}: ${line}`);
    tellAll(`${id} leaves`);
  },
});

await using pool = new ConnectionPool(system);
const present: TypedConnection<string>[] = [];
async function hear(listeners = present): Promise<void> {
  const lines = await Promise.all(listeners.map((member) => member.receive()));
  const names = listeners.map(({ connection }) => connection.id).join(", ");
  console.log(`to ${names}: ${[...new Set(lines)].join(" | ")}`);
}
for (const id of ["Ajax", "Briseis", "Chryses"]) {
  const connection = await pool.connect(room.address, { id });
  present.push(new TypedConnection(connection, text));
  await hear();
}
await present[1]?.send("hello");
await hear();
const twice = await pool.connect(room.address, { id: "Ajax" });
await twice.accepted.catch((error) => console.log(error.message));

// Chryses sleeps, while the others talk more than a window holds.
const [ajax, briseis, chryses] = present;
for (let i = 0; i < 1000; i++) {
  await briseis?.send(`${i} ${"bla ".repeat(250)}`);
  await Promise.all([ajax?.receive(), briseis?.receive()]);
}
console.log("Ajax and Briseis have heard 1000 lines each");
await ajax?.close();
await hear(briseis ? [briseis] : []);
let heard = 0;
for (; await chryses?.receive() !== "Ajax leaves"; heard++);
const missed = heard < 1000 ? "some" : "none";
console.log(`Chryses wakes, hears that Ajax left, and has missed ${missed}`);
console.log(`${pool.stats().dials} socket`);

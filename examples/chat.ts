/**
 * A chat room over one socket: a logical connection for each member, with the
 * member's name as its id. The room relays each line to all members.
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * Run it: deno run --allow-net=127.0.0.1 examples/chat.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem, ConnectionPool, json, listen } from "@troupe/troupe";
import { TypedConnection } from "@troupe/troupe";

const text = json({ parse: String });
const members = new Map<string, TypedConnection<string>>();

/** Resolves when all members have taken it: a speaker waits for the slowest. */
async function sendToAll(line: string): Promise<void> {
  const all = [...members.values()];
  await Promise.allSettled(all.map((member) => member.send(line)));
}

await using system = new ActorSystem();
await using room = listen(system, {
  port: 0,
  accept(member) {
    if (members.has(member.id)) return `${member.id} is here already`;
    members.set(member.id, new TypedConnection(member, text));
    member.closed.then(() => members.delete(member.id));
    return true;
  },
  async serve(connection) {
    const { id } = connection;
    await sendToAll(`${id} comes in`);
    const lines = new TypedConnection(connection, text);
    for await (const line of lines) await sendToAll(`${id}: ${line}`);
    await sendToAll(`${id} leaves`);
  },
});

await using pool = new ConnectionPool(system);
const present: TypedConnection<string>[] = [];
async function hear(): Promise<void> {
  const lines = await Promise.all(present.map((member) => member.receive()));
  const names = present.map(({ connection }) => connection.id).join(", ");
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
await present.shift()?.close();
await hear();
console.log(`${pool.stats().dials} socket`);

/**
 * The target of `chat.yaml`: chat rooms over logical connections. Messages are
 * JSON:
 *
 * - The reply to `{"type":"join","room":"…","name":"…"}` is `{"type":"joined"}`.
 *   Members that have not joined a room are distributed to lobbies in turn.
 * - `{"type":"say","text":"…"}` is sent to all others in the room as
 *   `{"type":"heard","text":"…"}`; then the reply is `{"type":"said"}`.
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * Run it: deno run --allow-net=127.0.0.1 examples/load/chat_server.ts
 *
 * @module
 */
import "../support/permissions.ts";
import { ActorSystem, json, listen, TypedConnection } from "@troupe/troupe";

type Message =
  | { type: "join"; room: string; name: string }
  | { type: "say"; text: string }
  | { type: "joined" | "said" }
  | { type: "heard"; text: string };

type Member = TypedConnection<Message>;

const message = json({
  parse(value): Message {
    const { type, room, name, text } = Object(value);
    if (type === "join") {
      return { type, room: String(room), name: String(name) };
    }
    if (type === "say") return { type, text: String(text) };
    throw new TypeError(`it has the type ${type}, not "join" or "say"`);
  },
});

const ROOMS = 10;
const rooms = new Map<string, Set<Member>>();
let guests = 0;

function enter(room: string, member: Member): void {
  const members = rooms.get(room) ?? new Set();
  rooms.set(room, members.add(member));
}

function leave(room: string, member: Member): void {
  const members = rooms.get(room);
  members?.delete(member);
  if (members?.size === 0) rooms.delete(room);
}

await using system = new ActorSystem();
const server = listen(system, {
  port: 0,
  maxStreams: 10_000,
  async serve(connection) {
    const member = new TypedConnection(connection, message);
    let name = `guest ${++guests}`;
    let room = `lobby ${guests % ROOMS}`;
    enter(room, member);
    try {
      for await (const asked of member) {
        if (asked.type === "join") {
          leave(room, member);
          ({ name, room } = asked);
          enter(room, member);
          await member.send({ type: "joined" });
        } else if (asked.type === "say") {
          const text = `${name}: ${asked.text}`;
          const others = [...rooms.get(room) ?? []]
            .filter((other) => other !== member);
          // One who leaves meanwhile hears no more.
          await Promise.allSettled(
            others.map((other) => other.send({ type: "heard", text })),
          );
          await member.send({ type: "said" });
        }
      }
    } finally {
      leave(room, member);
    }
  },
});

// A load test that is ended by Ctrl-C ends its target itself, by SIGTERM.
if (!Deno.stdin.isTerminal()) Deno.addSignalListener("SIGINT", () => {});
console.log(`listening on 127.0.0.1:${server.address.port}`);
await new Promise<void>((resolve) =>
  Deno.addSignalListener("SIGTERM", resolve)
);

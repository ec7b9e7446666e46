/**
 * Chat rooms over logical connections. Each connection joins a room with a free
 * place, and what a member says is sent to all members of the room.
 *
 * - To the service: `{"type":"say","text":"…"}`
 * - To the author: `{"type":"said","text":"…"}`, once it was sent to all others
 * - To all others in the room: `{"type":"heard","text":"…"}`
 *
 * The author waits for the slowest member, and only one line of each author is
 * read at a time, so nothing piles up.
 *
 * @module
 */
import type { ActorSystem } from "../../../actor/mod.ts";
import { listen } from "../../../tcp/mod.ts";
import type { LogicalConnection } from "../../../session/mod.ts";
import { type Codec, json } from "../../../codec/mod.ts";
import { MAX_CLIENTS, type TargetService } from "./target_service.ts";

/** The largest line, in bytes. */
const MAX_LINE_BYTES = 65_536;

type Line = {
  readonly type: "say" | "said" | "heard";
  readonly text: string;
};

const line: Codec<Line> = json({
  parse(value) {
    const { type, text } = Object(value);
    if (type === "say" && typeof text === "string") return { type, text };
    throw new TypeError('It must be {"type":"say","text":"…"}');
  },
});

type Room = Set<LogicalConnection>;

/** Starts the service, with at most `roomSize` members in a room. */
export function serveChat(
  system: ActorSystem,
  roomSize: number,
): TargetService {
  /** The rooms that have a free place. */
  const free = new Set<Room>();

  const enter = (member: LogicalConnection): Room => {
    const [room = new Set<LogicalConnection>()] = free;
    room.add(member);
    if (room.size < roomSize) free.add(room);
    else free.delete(room);
    return room;
  };

  const leave = (member: LogicalConnection, room: Room): void => {
    room.delete(member);
    if (room.size > 0) free.add(room);
    else free.delete(room);
  };

  const listener = listen(system, {
    port: 0,
    maxStreams: MAX_CLIENTS,
    maxMessageBytes: MAX_LINE_BYTES,
    async serve(member) {
      const room = enter(member);
      try {
        for await (const message of member) {
          const { text } = line.decode(message);
          await broadcast(room, member, text);
        }
      } finally {
        leave(member, room);
      }
    },
  });
  return {
    outputs: { chat: listener.address.port },
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

async function broadcast(
  room: Room,
  author: LogicalConnection,
  text: string,
): Promise<void> {
  const heard = line.encode({ type: "heard", text });
  const sends: Promise<void>[] = [];
  for (const member of room) {
    // A member that has left in the meantime receives nothing.
    if (member !== author) sends.push(member.send(heard).catch(() => {}));
  }
  await Promise.all(sends);
  await author.send(line.encode({ type: "said", text }));
}

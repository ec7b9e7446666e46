/**
 * Chat rooms over logical connections. Whoever connects is put into a room
 * with a free place, and what one says is told to all who are there.
 *
 * - To the service: `{"type":"say","text":"…"}`
 * - To whoever said it: `{"type":"said","text":"…"}`, when all others have been
 *   told
 * - To all others there: `{"type":"heard","text":"…"}`
 *
 * Who speaks waits for the slowest who listens, and is asked for one line at a
 * time: so nothing piles up.
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
    throw new TypeError('it is not {"type":"say","text":"…"}');
  },
});

type Room = Set<LogicalConnection>;

/** Starts it; `roomSize` members at most are in a room. */
export function serveChat(
  system: ActorSystem,
  roomSize: number,
): TargetService {
  /** Those that have a free place. */
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
          await tell(room, member, text);
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

async function tell(
  room: Room,
  author: LogicalConnection,
  text: string,
): Promise<void> {
  const heard = line.encode({ type: "heard", text });
  const sends: Promise<void>[] = [];
  for (const member of room) {
    // One who has left in the meantime hears no more.
    if (member !== author) sends.push(member.send(heard).catch(() => {}));
  }
  await Promise.all(sends);
  await author.send(line.encode({ type: "said", text }));
}

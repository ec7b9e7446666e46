/**
 * Valid sessions, and how to spoil them.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/system.ts";
import { listen } from "../../src/tcp/listener.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { FrameReader } from "../../src/session/wire/frame_reader.ts";
import { FrameType, PREFACE } from "../../src/session/wire/protocol.ts";
import { pattern } from "../support/bytes.ts";
import { frameSink } from "../support/frame_sink.ts";
import { echo, roundTrip } from "../support/net.ts";
import { type Frame, frameBytes, RawPeer } from "../support/raw_peer.ts";

/** What each side of a session has said. */
export interface Recording {
  readonly dialler: readonly Frame[];
  readonly listener: readonly Frame[];
}

/** Lets a dialler and a listener talk, and writes down what they say. */
export async function record(): Promise<Recording> {
  await using system = new ActorSystem();
  await using listener = listen(system, { port: 0, serve: echo });
  using between = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using pool = new ConnectionPool(system);
  const recording = { dialler: [] as Frame[], listener: [] as Frame[] };
  const relaying = (async () => {
    const dialler = await between.accept();
    const target = await Deno.connect(listener.address);
    await Promise.all([
      relay(dialler, target, recording.dialler),
      relay(target, dialler, recording.listener),
    ]);
    dialler.close();
    target.close();
  })();
  for (const bytes of [0, 1, 100, 1000, 70_000]) {
    await using connection = await pool.connect({ port: between.addr.port }, {
      id: `${bytes} bytes`,
      metadata: pattern(bytes % 97),
    });
    await roundTrip(connection);
    await connection.send(pattern(bytes));
    await connection.receive();
    if (bytes === 1) connection.reset();
  }
  await pool.close();
  await relaying;
  return recording;
}

async function relay(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  frames: Frame[],
): Promise<void> {
  const reader = new FrameReader();
  const sink = frameSink((frame) => frames.push(frame));
  while (true) {
    const space = reader.space();
    const count = await from.read(space);
    if (count === null) break;
    const bytes = space.slice(0, count);
    reader.advance(count, sink);
    await new RawPeer(to).write(bytes);
  }
  await to.closeWrite().catch(() => {});
}

/** Numbers that are at the edge of something. */
const EDGES = [0, 1, 2, 3, 7, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31];

/** Spoils what a side says, in a way that follows from `random`. */
export function mutate(
  frames: readonly Frame[],
  random: () => number,
): Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit);
  const spoilt = [...frames];
  /** Puts an edge, or anything, in place of a number. */
  const number = (limit: number) =>
    random() < 0.5 ? (EDGES[below(EDGES.length)] ?? 0) % limit : below(limit);
  const pick = () => below(spoilt.length);
  const frameAt = (at: number) => spoilt[at] as Frame;
  const change = (at: number, changes: Partial<Frame>) =>
    spoilt[at] = { ...frameAt(at), ...changes };
  const flipBit = (bytes: Uint8Array, limit = bytes.length) => {
    const at = below(Math.min(bytes.length, limit));
    bytes[at] = (bytes[at] ?? 0) ^ 1 << below(8);
  };

  const frameMutations: (() => void)[] = [
    () => change(pick(), { type: below(16) }),
    () => change(pick(), { flags: below(16) }),
    () => change(pick(), { stream: number(2 ** 32) }),
    () => change(pick(), { stream: 1 + 2 * below(8) }),
    // A flipped bit.
    () => {
      const at = pick();
      const payload = frameAt(at).payload.slice();
      flipBit(payload, 100);
      change(at, { payload });
    },
    // Other numbers in a payload.
    () => {
      const at = pick();
      const payload = frameAt(at).payload.slice();
      const view = new DataView(payload.buffer);
      if (payload.length >= 4) {
        view.setUint32(
          below(Math.min(payload.length, 60) - 3),
          number(2 ** 32),
        );
      }
      change(at, { payload });
    },
    // Shorter and longer payloads.
    () => {
      const at = pick();
      const payload = new Uint8Array(number(9000));
      payload.set(frameAt(at).payload.subarray(0, payload.length));
      change(at, { payload });
    },
    () => void spoilt.splice(pick(), 1),
    // Repeated, and moved.
    () => {
      const frame = frameAt(pick());
      const times = random() < 0.1 ? 200 : 1;
      spoilt.splice(pick(), 0, ...Array<Frame>(times).fill(frame));
    },
    () => void spoilt.splice(pick(), 0, ...spoilt.splice(pick(), 3)),
    () => void spoilt.sort(() => random() - 0.5),
  ];
  for (let i = below(4); i > 0 && spoilt.length > 1; i--) {
    frameMutations[below(frameMutations.length)]?.();
  }

  const encoded = spoilt.map(({ type, flags, stream, payload }) =>
    frameBytes(type, flags, stream, payload)
  );
  const pieces = [PREFACE, ...encoded];
  let bytes = new Uint8Array(pieces.reduce((sum, p) => sum + p.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  if (random() < 0.3) {
    for (let i = below(4); i >= 0; i--) {
      flipBit(bytes);
    }
  }
  // A length that lies, of one frame's header.
  if (random() < 0.2) bytes[8 + below(3)] = below(256);
  if (random() < 0.2) bytes = bytes.slice(0, below(bytes.length));
  return bytes;
}

/** The same frames with another first one, and no word on what has arrived. */
export function retold(
  frames: readonly Frame[],
  type: number,
  payload: Uint8Array,
): Frame[] {
  const first: Frame = { type, flags: 0, stream: 0, payload };
  return [
    first,
    ...frames.slice(1).filter((frame) => frame.type !== FrameType.ACK),
  ];
}

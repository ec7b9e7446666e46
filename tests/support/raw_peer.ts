/**
 * A peer that speaks the protocol by hand, well or badly, over a socket.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import {
  decodeGoAway,
  decodeHello,
  encodeGoAway,
  encodeHello,
  encodeOpen,
  encodeReason,
  encodeUint64,
  type GoAway,
  type Hello,
} from "../../src/session/wire/frame.ts";
import {
  FrameReader,
  type FrameSink,
} from "../../src/session/wire/frame_reader.ts";
import {
  FrameType,
  HEADER_BYTES,
  INITIAL_CREDIT,
  MAX_FRAME_BYTES,
  PREFACE,
  Priority,
  SESSION_ID_BYTES,
  TOKEN_BYTES,
  VERSION,
} from "../../src/session/wire/protocol.ts";
import type { Address } from "../../src/session/options.ts";
import { frameSink } from "./frame_sink.ts";

/** A frame that has arrived. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

const EMPTY = new Uint8Array(0);

/** A HELLO that everybody accepts, once for each name of a session. */
export const GOOD_HELLO: Hello = {
  minVersion: VERSION,
  maxVersion: VERSION,
  maxFrameBytes: MAX_FRAME_BYTES,
  maxStreams: 1000,
  sessionId: new Uint8Array(SESSION_ID_BYTES),
  epoch: 1,
  received: 0,
  token: new Uint8Array(TOKEN_BYTES),
  credentials: EMPTY,
};

/** The WELCOME that answers `hello`, with changes. */
export function welcomeTo(hello: Hello, changes: Partial<Hello> = {}): Hello {
  const { sessionId, epoch } = hello;
  const token = new Uint8Array(TOKEN_BYTES).fill(7);
  return { ...GOOD_HELLO, sessionId, epoch, token, ...changes };
}

/** Says a HELLO or WELCOME whose fields are changed. */
export function hello(
  type: number,
  changes: Partial<Hello>,
): (peer: RawPeer) => Promise<void> {
  const payload = encodeHello({ ...GOOD_HELLO, ...changes });
  return (peer) => peer.preface().frame(type, 0, payload).flush();
}

/** The bytes of a frame. */
export function frameBytes(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  const fields = new DataView(bytes.buffer);
  fields.setUint32(0, payload.length << 8 | type << 4 | flags);
  fields.setUint32(4, stream);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** What a peer is to say, frame by frame. */
export class Speech {
  #pieces: Uint8Array[] = [];

  /** Adds the preface. */
  preface(): this {
    this.#pieces.push(PREFACE);
    return this;
  }

  /** Adds a frame. */
  frame(
    type: number,
    stream: number,
    payload: Uint8Array = EMPTY,
    flags = 0,
  ): this {
    this.#pieces.push(frameBytes(type, flags, stream, payload));
    return this;
  }

  /** Adds an OPEN. */
  open(stream: number, id = `stream ${stream}`): this {
    const creditLimit = INITIAL_CREDIT;
    const open = {
      id,
      creditLimit,
      priority: Priority.NORMAL,
      metadata: EMPTY,
    };
    return this.frame(FrameType.OPEN, stream, encodeOpen(open));
  }

  /** Adds a GOAWAY. */
  goodbye(code: number, text = "", rest: Partial<GoAway> = {}): this {
    const goAway = { code, text, lastStream: 0, retryAfterMs: 0, ...rest };
    return this.frame(FrameType.GOAWAY, 0, encodeGoAway(goAway));
  }

  /** Adds a RESET or STOP. */
  reason(type: number, stream: number, code: number, text = ""): this {
    return this.frame(type, stream, encodeReason({ code, text }));
  }

  /** All of it, which is said then. */
  bytes(): Uint8Array {
    const bytes = Buffer.concat(this.#pieces);
    this.#pieces = [];
    return bytes;
  }
}

/** Takes a few frames apart that were written in one go. */
export function framesOf(bytes: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader();
  const all = new Uint8Array([...PREFACE, ...bytes]);
  reader.space().set(all);
  reader.advance(all.length, collectInto(frames));
  return frames;
}

function collectInto(frames: Frame[]): FrameSink {
  return frameSink((frame) => frames.push(frame));
}

/** One end of a socket in the hands of a test. */
export class RawPeer extends Speech implements Disposable {
  readonly socket: Deno.TcpConn;
  readonly #reader = new FrameReader();
  readonly #arrived: Frame[] = [];
  readonly #sink = collectInto(this.#arrived);
  /** Bytes of the session's frames that were taken over this socket. */
  received = 0;
  /** What the other side said of itself in the handshake. */
  theirs: Hello | undefined;

  constructor(socket: Deno.TcpConn) {
    super();
    this.socket = socket;
  }

  /** Dials, and says nothing. */
  static async dial({ hostname, port }: Required<Address>): Promise<RawPeer> {
    return new RawPeer(await Deno.connect({ hostname, port }));
  }

  /**
   * Dials, and does the handshake: for a new session, unless `changes` say
   * which one is to go on.
   */
  static async meet(
    address: Required<Address>,
    changes: Partial<Hello> = {},
  ): Promise<RawPeer> {
    const peer = await RawPeer.dial(address);
    const sessionId = crypto.getRandomValues(new Uint8Array(SESSION_ID_BYTES));
    await hello(FrameType.HELLO, { sessionId, ...changes })(peer);
    peer.theirs = decodeHello((await peer.next(FrameType.WELCOME)).payload);
    return peer;
  }

  /** Answers a HELLO that is next, with changes to what is usual. */
  async welcome(changes: Partial<Hello> = {}): Promise<void> {
    this.theirs = decodeHello((await this.next(FrameType.HELLO)).payload);
    await hello(FrameType.WELCOME, welcomeTo(this.theirs, changes))(this);
  }

  /** Adds an ACK of `place`: of all that was taken, unless it is given. */
  ack(place: number = this.received): this {
    return this.frame(FrameType.ACK, 0, encodeUint64(place));
  }

  /** Writes what was added. */
  async flush(): Promise<void> {
    await this.write(this.bytes());
  }

  /** Writes bytes that need not be frames. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      at += await this.socket.write(bytes.subarray(at));
    }
  }

  /** The next frame. */
  async any(): Promise<Frame> {
    for await (const frame of this.#frames()) return frame;
    throw new Error("The socket has ended before the next frame");
  }

  /** The next frame of this type; those before it are dropped. */
  async next(type: number): Promise<Frame> {
    while (true) {
      const frame = await this.any();
      if (frame.type === type) return frame;
    }
  }

  /** Every frame until the other side closes the socket. */
  async rest(): Promise<Frame[]> {
    const rest: Frame[] = [];
    for await (const frame of this.#frames()) rest.push(frame);
    return rest;
  }

  /** The GOAWAY that ends the socket, if there is one. */
  async goAway(): Promise<GoAway | undefined> {
    const last = (await this.rest()).at(-1);
    return last?.type === FrameType.GOAWAY
      ? decodeGoAway(last.payload)
      : undefined;
  }

  /** Waits for the preface of the other side. */
  async greeted(): Promise<void> {
    while (!this.#reader.prefaceSeen) await this.#read();
  }

  async *#frames(): AsyncGenerator<Frame, void, void> {
    do {
      let frame: Frame | undefined;
      while ((frame = this.#arrived.shift()) !== undefined) {
        const { type, payload } = frame;
        // The handshake is no part of the session.
        if (type !== FrameType.HELLO && type !== FrameType.WELCOME) {
          this.received += HEADER_BYTES + payload.length;
        }
        yield frame;
      }
    } while (await this.#read());
  }

  /** Answers false at the end of the socket. */
  async #read(): Promise<boolean> {
    const count = await this.socket.read(this.#reader.space());
    if (count === null) return false;
    this.#reader.advance(count, this.#sink);
    return true;
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}

/** A server that does whatever a test makes of it. */
export class RawServer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  #open = true;
  readonly address: Required<Address> = {
    hostname: "127.0.0.1",
    port: this.#listener.addr.port,
  };

  /** The next socket, that has said nothing. */
  async accept(): Promise<RawPeer> {
    return new RawPeer(await this.#listener.accept());
  }

  /** The next socket, after the handshake; see {@linkcode RawPeer.welcome}. */
  async meet(changes?: Partial<Hello>): Promise<RawPeer> {
    const peer = await this.accept();
    await peer.welcome(changes);
    return peer;
  }

  /** Refuses whoever comes from now on. */
  [Symbol.dispose](): void {
    if (this.#open) this.#listener.close();
    this.#open = false;
  }
}

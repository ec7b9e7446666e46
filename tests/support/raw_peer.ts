/**
 * A peer that speaks the protocol by hand, well or badly, over a socket.
 *
 * @module
 */
import {
  decodeReason,
  encodeHello,
  encodeOpen,
  encodeReason,
  type Hello,
  type Reason,
} from "../../src/wire/frame.ts";
import { FrameReader, type FrameSink } from "../../src/wire/frame_reader.ts";
import {
  FrameType,
  INITIAL_CREDIT,
  MAX_FRAME_BYTES,
  PREFACE,
  VERSION,
} from "../../src/wire/protocol.ts";
import { SendBuffer } from "../../src/wire/send_buffer.ts";
import type { Address } from "../../src/tcp/options.ts";

/** A frame that has arrived. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

/** A HELLO that everybody accepts. */
export const GOOD_HELLO: Hello = {
  minVersion: VERSION,
  maxVersion: VERSION,
  maxFrameBytes: MAX_FRAME_BYTES,
  maxStreams: 1000,
  sessionId: new Uint8Array(16),
};

/** Says a HELLO or WELCOME whose fields are changed. */
export function hello(
  type: number,
  changes: Partial<Hello>,
): (peer: RawPeer) => Promise<void> {
  const payload = encodeHello({ ...GOOD_HELLO, ...changes });
  return (peer) => peer.preface().frame(type, 0, payload).flush();
}

const EMPTY = new Uint8Array(0);

/** What a peer is to say, frame by frame. */
export class Speech {
  protected readonly out: SendBuffer = new SendBuffer();

  /** Adds the preface. */
  preface(): this {
    this.out.raw(PREFACE);
    return this;
  }

  /** Adds a frame. */
  frame(
    type: number,
    stream: number,
    payload: Uint8Array = EMPTY,
    flags = 0,
  ): this {
    this.out.frame(type, flags, stream, payload);
    return this;
  }

  /** Adds an OPEN. */
  open(stream: number, id = `stream ${stream}`): this {
    const open = { id, creditLimit: INITIAL_CREDIT, metadata: EMPTY };
    return this.frame(FrameType.OPEN, stream, encodeOpen(open));
  }

  /** Adds a frame that carries a reason. */
  reason(type: number, stream: number, code: number, text = ""): this {
    return this.frame(type, stream, encodeReason({ code, text }));
  }

  /** All of it, for a socket in memory. */
  bytes(): Uint8Array {
    return this.out.next().slice();
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
  return {
    frame(type, flags, stream, bytes, start, end) {
      frames.push({ type, flags, stream, payload: bytes.slice(start, end) });
    },
  };
}

/** One end of a socket in the hands of a test. */
export class RawPeer extends Speech implements Disposable {
  readonly socket: Deno.TcpConn;
  readonly #reader = new FrameReader();
  readonly #arrived: Frame[] = [];
  readonly #sink = collectInto(this.#arrived);

  constructor(socket: Deno.TcpConn) {
    super();
    this.socket = socket;
  }

  /** Dials, and says nothing. */
  static async dial({ hostname, port }: Required<Address>): Promise<RawPeer> {
    return new RawPeer(await Deno.connect({ hostname, port }));
  }

  /** Dials, and does the handshake. */
  static async meet(address: Required<Address>): Promise<RawPeer> {
    const peer = await RawPeer.dial(address);
    await peer.preface().frame(FrameType.HELLO, 0, encodeHello(GOOD_HELLO))
      .flush();
    await peer.next(FrameType.WELCOME);
    return peer;
  }

  /** Writes what was added. */
  async flush(): Promise<void> {
    while (this.out.unsent > 0) {
      this.out.sent(await this.socket.write(this.out.next()));
    }
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

  /** The reason of the GOAWAY that ends the socket, if there is one. */
  async goAway(): Promise<Reason | undefined> {
    const last = (await this.rest()).at(-1);
    return last?.type === FrameType.GOAWAY
      ? decodeReason(last.payload)
      : undefined;
  }

  /** Waits for the preface of the other side. */
  async greeted(): Promise<void> {
    while (!this.#reader.prefaceSeen) await this.#read();
  }

  async *#frames(): AsyncGenerator<Frame, void, void> {
    do {
      let frame: Frame | undefined;
      while ((frame = this.#arrived.shift()) !== undefined) yield frame;
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

  /** The next socket, after the handshake. */
  async meet(hello: Hello = GOOD_HELLO): Promise<RawPeer> {
    const peer = await this.accept();
    await peer.next(FrameType.HELLO);
    await peer.preface().frame(FrameType.WELCOME, 0, encodeHello(hello))
      .flush();
    return peer;
  }

  /** Refuses whoever comes from now on. */
  [Symbol.dispose](): void {
    if (this.#open) this.#listener.close();
    this.#open = false;
  }
}

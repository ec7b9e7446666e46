/**
 * Spoilt sessions against the reader of frames, a listener and a dialler. What
 * is expected of them: a typed error, which the peer is told, and nothing else
 * disturbed: no crash, no hang, other sessions go on, memory stays.
 *
 * @module
 */
import { TroupeError } from "../../src/actor/errors.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { ProtocolError } from "../../src/session/wire/errors.ts";
import {
  decodeGoAway,
  decodeHello,
  decodeOpen,
  decodeReason,
  decodeUint64,
  encodeHello,
} from "../../src/session/wire/frame.ts";
import { frameSink } from "../support/frame_sink.ts";
import {
  FrameReader,
  type FrameSink,
} from "../../src/session/wire/frame_reader.ts";
import { ErrorCode, FrameType } from "../../src/session/wire/protocol.ts";
import { settledMemory } from "../support/memory.ts";
import { echo, Net, roundTrip } from "../support/net.ts";
import { randomFrom } from "../support/random.ts";
import {
  GOOD_HELLO,
  RawPeer,
  RawServer,
  Speech,
  welcomeTo,
} from "../support/raw_peer.ts";
import { mutate, record, type Recording, retold } from "./mutate.ts";

/** Milliseconds for one case: over that it hangs. */
const CASE_MS = 5000;
/**
 * Heap and buffers that may be in use beyond those after the first batch: the
 * spare segments of the process, and what a session that ends just then holds.
 */
const MAX_GROWTH_BYTES = 32_000_000;
/** Sessions that wait for a socket would be memory in use. */
const OPTIONS = { resumeMs: 0, handshakeMs: 500 };
/** As much as is shown of what was said. */
const MAX_SHOWN_BYTES = 2000;
/** Any of these is told to a peer that has done wrong. */
const CODES: ReadonlySet<number> = new Set(Object.values(ErrorCode));

/** What is fuzzed. */
export const TARGETS = ["reader", "listener", "dialler"] as const;

/** One of {@linkcode TARGETS}. */
export type Target = typeof TARGETS[number];

/** Cases of each target in a batch. */
export type Batch = Readonly<Record<Target, number>>;

/** Everything that is fuzzed, with a session beside it that is let alone. */
export class Fuzz implements AsyncDisposable {
  /** Cases so far. */
  cases = 0;
  /** Heap and buffers after the last batch. */
  inUseBytes = 0;
  readonly #recording: Recording;
  readonly #net: Net;
  readonly #lively: LogicalConnection;
  readonly #server = new RawServer();
  #firstBytes: number | undefined;
  /** What was said last, to be shown if it goes wrong. */
  #said: Uint8Array = new Uint8Array(0);

  private constructor(
    recording: Recording,
    net: Net,
    lively: LogicalConnection,
  ) {
    this.#recording = recording;
    this.#net = net;
    this.#lively = lively;
  }

  /** Records the sessions, and opens one that is let alone. */
  static async begin(): Promise<Fuzz> {
    const net = new Net({
      serve: echo,
      listen: OPTIONS,
    });
    return new Fuzz(await record(), net, await net.connect());
  }

  /** Runs the cases with the numbers from `seed` on, and looks at memory. */
  async batch(seed: number, counts: Batch): Promise<void> {
    for (const target of TARGETS) {
      for (let i = 0; i < counts[target]; i++) {
        await this.case(target, seed + i);
      }
    }
    await this.#net.until(() => {
      const { sockets, sessions } = this.#net.listener.stats();
      return sockets === 1 && sessions === 1;
    });
    const { heap, external } = await settledMemory();
    this.inUseBytes = heap + external;
    this.#firstBytes ??= this.inUseBytes;
    const growth = this.inUseBytes - this.#firstBytes;
    if (growth > MAX_GROWTH_BYTES) {
      throw new Error(`Memory in use has grown by ${growth} bytes`);
    }
  }

  /**
   * Runs one case.
   *
   * @throws {Error} with what repeats it, when anything is wrong.
   */
  async case(target: Target, seed: number): Promise<void> {
    this.cases++;
    const random = randomFrom(seed);
    try {
      await inTime(this.#run(target, random));
      while (this.#net.peerErrors.untaken > 0) {
        expectTyped(await this.#net.peerErrors.next());
      }
      if (this.#net.failures.untaken > 0) throw await this.#net.failures.next();
    } catch (cause) {
      const said = this.#said.subarray(0, MAX_SHOWN_BYTES).toHex();
      throw new Error(
        `The ${target} does wrong: repeat it with --target ${target} --seed ${seed}; it was said ${this.#said.length} bytes: ${said}`,
        { cause },
      );
    }
  }

  async #run(target: Target, random: () => number): Promise<void> {
    if (target === "reader") return this.#read(random);
    await (target === "listener" ? this.#dial(random) : this.#serve(random));
    await roundTrip(this.#lively);
  }

  #spoil(side: keyof Recording, payload: Uint8Array, random: () => number) {
    const type = side === "dialler" ? FrameType.HELLO : FrameType.WELCOME;
    const frames = retold(this.#recording[side], type, payload);
    return this.#said = mutate(frames, random);
  }

  /** A reader that gets the bytes in pieces, and decodes every payload. */
  #read(random: () => number): void {
    const bytes = this.#spoil("dialler", encodeHello(GOOD_HELLO), random);
    const reader = new FrameReader();
    try {
      for (let at = 0; at < bytes.length;) {
        const space = reader.space();
        const most = Math.min(space.length, bytes.length - at);
        const count = 1 + Math.floor(random() * most);
        space.set(bytes.subarray(at, at + Math.min(count, most)));
        reader.advance(Math.min(count, most), decodeAll);
        at += Math.min(count, most);
      }
      reader.end();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
    }
  }

  /** A client that says the bytes to the listener. */
  async #dial(random: () => number): Promise<void> {
    const sessionId = Uint8Array.from({ length: 16 }, () => random() * 256);
    const hello = encodeHello({ ...GOOD_HELLO, sessionId });
    const bytes = this.#spoil("dialler", hello, random);
    using peer = await RawPeer.dial(this.#net.listener.address);
    // Whoever goes on before the WELCOME is ended for that alone.
    const first = new Speech().preface().frame(FrameType.HELLO, 0, hello)
      .bytes();
    const isWhole = first.every((byte, at) => bytes[at] === byte);
    if (isWhole) {
      await peer.write(first);
      await peer.next(FrameType.WELCOME);
    }
    await say(peer, isWhole ? bytes.subarray(first.length) : bytes);
  }

  /** A server that says the bytes to a dialler, whose user talks meanwhile. */
  async #serve(random: () => number): Promise<void> {
    const talking = this.#talk();
    using peer = await this.#server.accept();
    const hello = await peer.next(FrameType.HELLO);
    const welcome = encodeHello(welcomeTo(decodeHello(hello.payload)));
    await say(peer, this.#spoil("listener", welcome, random));
    await talking;
  }

  async #talk(): Promise<void> {
    try {
      // Each a pool of its own: no case goes on with the socket of another.
      await using pool = new ConnectionPool(this.#net.system, OPTIONS);
      await using connection = await pool.connect(this.#server.address);
      connection.send(new Uint8Array(1000));
      for await (const _message of connection);
    } catch (error) {
      expectTyped(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server[Symbol.dispose]();
    await this.#net[Symbol.asyncDispose]();
  }
}

/** Says the bytes and nothing more, and hears the other side out. */
async function say(peer: RawPeer, bytes: Uint8Array): Promise<void> {
  const hearing = peer.rest().catch(expectGone);
  // It may have heard enough before it has heard all.
  await peer.write(bytes).catch(expectGone);
  await peer.socket.closeWrite().catch(() => {});
  const last = (await hearing)?.at(-1);
  if (last?.type !== FrameType.GOAWAY) return;
  const { code } = decodeGoAway(last.payload);
  if (!CODES.has(code)) throw new Error(`It says goodbye with code ${code}`);
}

/** `deadline` of the library keeps its timer, and what hangs on it. */
async function inTime(running: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const error = new Error(`It is not done within ${CASE_MS} ms`);
  const timer = setTimeout(() => late.reject(error), CASE_MS);
  await Promise.race([running, late.promise]).finally(() =>
    clearTimeout(timer)
  );
}

function expectGone(error: unknown): undefined {
  if (error instanceof Deno.errors.ConnectionReset) return;
  if (error instanceof Deno.errors.BrokenPipe) return;
  throw error;
}

function expectTyped(error: unknown): void {
  if (!(error instanceof TroupeError)) {
    throw new Error(`The error is not typed: ${error}`, { cause: error });
  }
}

const decodeAll: FrameSink = frameSink(({ type, payload }) => {
  switch (type) {
    case FrameType.HELLO:
    case FrameType.WELCOME:
      return void decodeHello(payload);
    case FrameType.OPEN:
      return void decodeOpen(payload);
    case FrameType.ACCEPT:
    case FrameType.WINDOW:
    case FrameType.ACK:
      return void decodeUint64(payload);
    case FrameType.RESET:
    case FrameType.STOP:
      return void decodeReason(payload);
    case FrameType.GOAWAY:
      return void decodeGoAway(payload);
  }
});

import {
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { resolveBackoff } from "../../src/actor/backoff.ts";
import type { ActorRef } from "../../src/actor/ref.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import { dialSession } from "../../src/session/dialled_session.ts";
import {
  ConnectError,
  HandshakeTimeoutError,
  ResumeLostError,
  SessionLostError,
} from "../../src/session/errors.ts";
import {
  resolveSessionOptions,
  type SessionOptions,
} from "../../src/session/options.ts";
import {
  peerActor,
  type PeerMessage,
  type PeerSession,
} from "../../src/session/peer_actor.ts";
import type {
  SessionPhase,
  SessionState,
} from "../../src/session/session_phase.ts";
import type { Transport } from "../../src/session/transport.ts";
import {
  decodeHello,
  encodeHello,
  encodeUint64,
  type Hello,
} from "../../src/session/wire/frame.ts";
import {
  ErrorCode,
  FrameType,
  PREFACE,
  Priority,
} from "../../src/session/wire/protocol.ts";
import { Happenings } from "../support/happenings.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { advanceUntil } from "../support/memory_net.ts";
import { MemoryTransport } from "../support/memory_transport.ts";
import { bounded } from "../support/net.ts";
import { framesOf, Speech, welcomeTo } from "../support/raw_peer.ts";

/** How a connection is opened. */
const OPENING = {
  id: "x",
  metadata: new Uint8Array(0),
  priority: Priority.NORMAL,
};

/** Size of the ping that each socket starts with. */
const PING_BYTES = 16;

/** A peer actor whose dials and sockets are in the hands of a test. */
class Bench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly system = new ActorSystem({ clock: this.clock });
  readonly ready = new Happenings<PeerSession>();
  readonly states = new Happenings<SessionState>();
  readonly ends = new Happenings<unknown>();
  /** Each dial, until the test says what becomes of it. */
  readonly dials = new Happenings<Dial>();
  /** Whether dials heed no signal, unlike those of all transports. */
  isDeaf = false;
  readonly ref: ActorRef<PeerMessage>;
  readonly #transports: MemoryTransport[] = [];

  constructor(options: SessionOptions = {}, retryMs = 0) {
    this.ref = this.system.spawn(peerActor({
      ...dialSession({
        address: { port: 1 },
        limits: resolveSessionOptions({ handshakeMs: 500, ...options }),
        clock: this.clock,
        backoff: resolveBackoff(),
        retryMs,
        connect: (signal) => {
          const { promise, resolve, reject } = Promise.withResolvers<
            Transport
          >();
          this.dials.push({ signal, resolve, reject });
          signal.addEventListener("abort", () => {
            if (!this.isDeaf) reject(signal.reason);
          });
          return promise;
        },
      }),
      serve: undefined,
      onReady: (session) => this.ready.push(session),
      onState: (state) => this.states.push(state),
      onEnd: (cause) => this.ends.push(cause),
    }));
  }

  /** The next dial gives a socket, over which the peer says this. */
  async answer(say: (hello: Hello) => Uint8Array): Promise<MemoryTransport> {
    const transport = new MemoryTransport();
    this.#transports.push(transport);
    (await this.dials.next()).resolve(transport);
    const greeting = await transport.writes.next();
    const [hello] = framesOf(greeting.subarray(PREFACE.length));
    if (hello === undefined) throw new Error("There is no HELLO");
    transport.say(say(decodeHello(hello.payload)));
    return transport;
  }

  /** The next dial and the handshake succeed; drops the first ping. */
  async meet(changes: Partial<Hello> = {}): Promise<MemoryTransport> {
    const transport = await this.answer((hello) =>
      new Speech().preface().frame(
        FrameType.WELCOME,
        0,
        encodeHello(welcomeTo(hello, changes)),
      ).bytes()
    );
    await this.reached("connected");
    await transport.writes.next();
    return transport;
  }

  /** Waits until the session comes to this phase. */
  async reached(phase: SessionPhase): Promise<SessionState> {
    while (true) {
      const state = await this.states.next();
      if (state.phase === phase) return state;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const transport of this.#transports) transport.end();
    await this.system.shutdown();
  }
}

/** A dial that a test settles. */
interface Dial {
  readonly signal: AbortSignal;
  readonly resolve: (transport: Transport) => void;
  readonly reject: (error: unknown) => void;
}

Deno.test(
  "a peer is ready after the handshake, and stays so after its deadline",
  bounded,
  async () => {
    await using bench = new Bench();
    const transport = await bench.meet();
    const session = await bench.ready.next();
    bench.clock.advance(1000);
    await transport.idle();
    assertEquals(bench.ends.untaken, 0);
    await session.open(OPENING);
  },
);

Deno.test(
  "a dial that fails ends the peer with its error",
  bounded,
  async () => {
    await using bench = new Bench();
    (await bench.dials.next()).reject(new ConnectError("nobody there"));
    assertInstanceOf(await bench.ends.next(), ConnectError);
    assertEquals((await bench.ref.stopped).type, "normal");
    assertEquals((await bench.reached("lost")).phase, "lost");
  },
);

Deno.test(
  "a dial that fails is tried again until `retryMs` have passed",
  bounded,
  async () => {
    await using bench = new Bench({}, 1000);
    let tries = 0;
    while (bench.ends.untaken === 0) {
      if (bench.dials.untaken === 0) bench.clock.advance(10);
      else {
        (await bench.dials.next()).reject(new ConnectError("nobody there"));
        tries++;
      }
      await bench.system.idle();
    }
    assertInstanceOf(await bench.ends.next(), ConnectError);
    assertGreaterOrEqual(bench.clock.now(), 1000);
    assertGreater(tries, 1);
  },
);

Deno.test(
  "a dial that hangs ends at the deadline of the handshake",
  bounded,
  async () => {
    await using bench = new Bench();
    const { signal, reject } = await bench.dials.next();
    signal.addEventListener("abort", () => reject(signal.reason));
    bench.clock.advance(500);
    assertInstanceOf(await bench.ends.next(), HandshakeTimeoutError);
    await bench.ref.stopped;
  },
);

Deno.test(
  "a dial that succeeds after the end gives its socket back",
  bounded,
  async () => {
    await using bench = new Bench();
    const { resolve } = await bench.dials.next();
    bench.isDeaf = true;
    bench.ref.stop();
    // It is not waited for any longer.
    await advanceUntil(bench.ref.stopped, bench.clock, bench.system);
    const transport = new MemoryTransport();
    resolve(transport);
    await transport.closed;
  },
);

Deno.test("a peer that is killed gives its socket back", bounded, async () => {
  await using bench = new Bench();
  const transport = await bench.meet();
  bench.ref.kill();
  transport.end();
  await transport.closed;
});

Deno.test(
  "a peer that is stopped sends a GOAWAY, and fails its connections",
  bounded,
  async () => {
    await using bench = new Bench();
    const transport = await bench.meet();
    const session = await bench.ready.next();
    const connection = await session.open(OPENING);
    await transport.writes.next();
    bench.ref.stop();
    const [goAway] = framesOf(await transport.writes.next());
    assertEquals(goAway?.type, FrameType.GOAWAY);
    await connection.closed;
    const error = await assertRejects(
      () => connection.receive(),
      SessionLostError,
    );
    assertEquals(error.code, ErrorCode.NONE);
    assertEquals((await bench.reached("closed")).phase, "closed");
    assertEquals(session.isUsable, false);
  },
);

Deno.test(
  "a peer that closes the session at the same time causes no error",
  bounded,
  async () => {
    await using bench = new Bench();
    const transport = await bench.meet();
    bench.ref.stop();
    transport.say(new Speech().goodbye(ErrorCode.NONE).bytes());
    transport.end();
    await Promise.all([bench.ref.stopped, transport.closed]);
    assertEquals((await bench.reached("closed")).phase, "closed");
    assertEquals(bench.states.untaken, 0);
  },
);

Deno.test(
  "a peer that is closed stays until the other side has acknowledged everything",
  bounded,
  async () => {
    await using bench = new Bench();
    const transport = await bench.meet();
    bench.ref.tell({ type: "close" });
    const bytes = await transport.writes.next();
    const [goAway] = framesOf(bytes);
    assertEquals(goAway?.type, FrameType.GOAWAY);
    await bench.system.idle();
    assertEquals(bench.ends.untaken, 0);
    const said = PING_BYTES + bytes.length;
    transport.say(
      new Speech().frame(FrameType.ACK, 0, encodeUint64(said)).bytes(),
    );
    transport.end();
    await bench.ref.stopped;
    assertEquals((await bench.reached("closed")).phase, "closed");
  },
);

Deno.test(
  "a peer that is closed waits as long as the other side acknowledges something, and `closeMs` after that",
  bounded,
  async () => {
    await using bench = new Bench({ closeMs: 300, keepAliveMs: 1e9 });
    const transport = await bench.meet();
    const session = await bench.ready.next();
    await session.open(OPENING);
    bench.ref.tell({ type: "close" });
    await transport.idle();
    for (let place = PING_BYTES; place < PING_BYTES + 10; place++) {
      transport.say(
        new Speech().frame(FrameType.ACK, 0, encodeUint64(place)).bytes(),
      );
      await transport.idle();
      bench.clock.advance(299);
      await bench.system.idle();
      assertEquals(bench.ends.untaken, 0);
    }
    bench.clock.advance(1);
    await bench.ends.next();
  },
);

Deno.test(
  "a session whose connections have ended ends with its socket",
  bounded,
  async () => {
    await using bench = new Bench();
    const transport = await bench.meet();
    const session = await bench.ready.next();
    const connection = await session.open(OPENING);
    let said = PING_BYTES + (await transport.writes.next()).length;
    connection.reset();
    said += (await transport.writes.next()).length;
    transport.say(
      new Speech().frame(FrameType.ACK, 0, encodeUint64(said)).bytes(),
    );
    transport.end();
    assertInstanceOf(await bench.ends.next(), SessionLostError);
    assertEquals((await bench.reached("lost")).phase, "lost");
    assertEquals(bench.dials.untaken, 0);
  },
);

Deno.test(
  "a session lives until the other side knows that its connections have ended",
  bounded,
  async () => {
    await using bench = new Bench();
    const transport = await bench.meet();
    const session = await bench.ready.next();
    const connection = await session.open(OPENING);
    await transport.writes.next();
    connection.reset();
    await transport.writes.next();
    transport.end();
    await bench.reached("resuming");
    assertEquals(bench.ends.untaken, 0);
  },
);

Deno.test(
  "a session with a connection goes on over the next socket",
  bounded,
  async () => {
    await using bench = new Bench();
    const transport = await bench.meet();
    const session = await bench.ready.next();
    const connection = await session.open(OPENING);
    await transport.writes.next();
    transport.end();
    await bench.reached("resuming");
    bench.clock.advance(60_000);
    const next = await bench.answer((hello) => {
      assertEquals(hello.epoch, 2);
      return new Speech().preface()
        .frame(FrameType.WELCOME, 0, encodeHello(welcomeTo(hello))).bytes();
    });
    const state = await bench.reached("connected");
    assertEquals(state.phase === "connected" && state.epoch, 2);
    // It has received nothing: all is said again.
    const frames = framesOf(await next.writes.next());
    assertEquals(frames.map(({ type }) => type), [
      FrameType.PING,
      FrameType.OPEN,
      FrameType.PING,
    ]);
    assertEquals(connection.phase, "connected");
    assertEquals(bench.ready.untaken, 0);
  },
);

Deno.test(
  "a session that finds no socket within `resumeMs` is lost",
  bounded,
  async () => {
    await using bench = new Bench({ resumeMs: 1000 });
    const transport = await bench.meet();
    const session = await bench.ready.next();
    const connection = await session.open(OPENING);
    await transport.writes.next();
    transport.end();
    await bench.reached("resuming");
    bench.clock.advance(999);
    await bench.system.idle();
    assertEquals(bench.ends.untaken, 0);
    bench.clock.advance(1);
    assertInstanceOf(await bench.ends.next(), ResumeLostError);
    await assertRejects(() => connection.receive(), ResumeLostError);
  },
);

Deno.test(
  "a session that the other side no longer knows is lost",
  bounded,
  async () => {
    await using bench = new Bench();
    const transport = await bench.meet();
    const session = await bench.ready.next();
    const connection = await session.open(OPENING);
    await transport.writes.next();
    transport.end();
    await bench.reached("resuming");
    bench.clock.advance(60_000);
    await bench.answer(() =>
      new Speech().preface().goodbye(ErrorCode.RESUME_LOST).bytes()
    );
    assertInstanceOf(await bench.ends.next(), ResumeLostError);
    await assertRejects(() => connection.receive(), ResumeLostError);
  },
);

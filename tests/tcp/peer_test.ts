import { assertEquals, assertInstanceOf } from "@std/assert";
import type { ActorRef } from "../../src/actor/ref.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import {
  ConnectError,
  HandshakeTimeoutError,
  SessionLostError,
} from "../../src/tcp/errors.ts";
import { resolveSessionOptions } from "../../src/tcp/options.ts";
import {
  peerActor,
  type PeerMessage,
  type PeerSession,
} from "../../src/tcp/peer.ts";
import type { Transport } from "../../src/tcp/transport.ts";
import { encodeHello } from "../../src/wire/frame.ts";
import { ErrorCode, FrameType } from "../../src/wire/protocol.ts";
import { Happenings } from "../support/happenings.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { MemoryTransport } from "../support/memory_transport.ts";
import { bounded } from "../support/net.ts";
import { framesOf, GOOD_HELLO, Speech } from "../support/raw_peer.ts";

/** A peer actor whose dial and socket are in the hands of a test. */
class Bench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly system = new ActorSystem({ clock: this.clock });
  readonly transport = new MemoryTransport();
  readonly dial: PromiseWithResolvers<Transport> = Promise.withResolvers();
  readonly ready = new Happenings<PeerSession>();
  readonly ends = new Happenings<unknown>();
  readonly ref: ActorRef<PeerMessage>;
  /** Aborts when the dial is of no use any more. */
  readonly dialSignal: Promise<AbortSignal>;

  constructor() {
    const signal = Promise.withResolvers<AbortSignal>();
    this.dialSignal = signal.promise;
    this.ref = this.system.spawn(peerActor({
      side: "dialler",
      connect: (dialSignal) => {
        signal.resolve(dialSignal);
        return this.dial.promise;
      },
      session: resolveSessionOptions({ handshakeMs: 500 }),
      serve: undefined,
      onReady: (session) => this.ready.push(session),
      onEnd: (cause) => this.ends.push(cause),
    }));
  }

  /** The dial and the handshake succeed. */
  async meet(): Promise<PeerSession> {
    this.dial.resolve(this.transport);
    await this.transport.writes.next();
    this.transport.say(
      new Speech().preface()
        .frame(FrameType.WELCOME, 0, encodeHello(GOOD_HELLO)).bytes(),
    );
    return await this.ready.next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.transport.end();
    await this.system.shutdown();
  }
}

Deno.test(
  "a peer is ready after the handshake, and stays so after its deadline",
  bounded,
  async () => {
    await using bench = new Bench();
    const session = await bench.meet();
    bench.clock.advance(1000);
    await bench.transport.idle();
    assertEquals(bench.ends.untaken, 0);
    session.open("still possible", new Uint8Array(0));
  },
);

Deno.test(
  "a dial that fails ends the peer with its error",
  bounded,
  async () => {
    await using bench = new Bench();
    bench.dial.reject(new ConnectError("nobody there"));
    const error = await bench.ends.next();
    assertInstanceOf(error, ConnectError);
    assertEquals((await bench.ref.stopped).type, "normal");
  },
);

Deno.test(
  "a dial that hangs ends at the deadline of the handshake",
  bounded,
  async () => {
    await using bench = new Bench();
    const signal = await bench.dialSignal;
    bench.clock.advance(500);
    assertInstanceOf(await bench.ends.next(), HandshakeTimeoutError);
    await bench.ref.stopped;
    assertEquals(signal.aborted, true);
  },
);

Deno.test(
  "a dial that succeeds after the end gives its socket back",
  bounded,
  async () => {
    await using bench = new Bench();
    await bench.dialSignal;
    bench.ref.stop();
    await bench.ref.stopped;
    bench.dial.resolve(bench.transport);
    await bench.transport.closed;
    assertEquals(bench.ends.untaken, 0);
  },
);

Deno.test(
  "a dial that succeeds at the moment of the deadline gives its socket back",
  bounded,
  async () => {
    await using bench = new Bench();
    await bench.dialSignal;
    bench.dial.resolve(bench.transport);
    bench.clock.advance(500);
    assertInstanceOf(await bench.ends.next(), HandshakeTimeoutError);
    await bench.ref.stopped;
    await bench.transport.closed;
  },
);

Deno.test("a peer that is killed gives its socket back", bounded, async () => {
  await using bench = new Bench();
  await bench.meet();
  bench.ref.kill();
  bench.transport.end();
  await bench.transport.closed;
});

Deno.test(
  "a peer that is stopped says goodbye, and fails its connections",
  bounded,
  async () => {
    await using bench = new Bench();
    const session = await bench.meet();
    await bench.transport.idle();
    const connection = session.open("x", new Uint8Array(0));
    await bench.transport.writes.next();
    bench.ref.stop();
    const [goodbye] = framesOf(await bench.transport.writes.next());
    assertEquals(goodbye?.type, FrameType.GOAWAY);
    await connection.closed;
    const error = await connection.receive().catch((error) => error);
    assertInstanceOf(error, SessionLostError);
    // Whoever asked for the end is not told of it.
    assertEquals(bench.ends.untaken, 0);
  },
);

Deno.test(
  "a peer that says goodbye while we do is no error",
  bounded,
  async () => {
    await using bench = new Bench();
    await bench.meet();
    bench.ref.stop();
    bench.transport.say(
      new Speech().reason(FrameType.GOAWAY, 0, ErrorCode.NONE).bytes(),
    );
    bench.transport.end();
    await Promise.all([bench.ref.stopped, bench.transport.closed]);
    assertEquals(bench.ends.untaken, 0);
  },
);

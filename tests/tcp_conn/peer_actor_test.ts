import { assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import type { TcpConnConnection } from "../../src/tcp_conn/connection.ts";
import {
  resolveTcpConnOptions,
  type TcpConnOptions,
} from "../../src/tcp_conn/options.ts";
import {
  peerActor,
  type PeerOptions,
  type PeerSocket,
} from "../../src/tcp_conn/peer_actor.ts";
import { pattern, text, utf8 } from "../support/bytes.ts";
import { MemoryTransport } from "../support/memory_transport.ts";
import { bounded } from "../support/net.ts";
import { message, uuid } from "./support.ts";

const A = uuid(0xa);

/** A socket in memory that counts how often it was read. */
class CountingTransport extends MemoryTransport {
  reads = 0;

  override read(buffer: Uint8Array): Promise<number | null> {
    this.reads++;
    return super.read(buffer);
  }
}

/** Options of a peer over a socket in memory. */
function over(
  transport: MemoryTransport,
  options: TcpConnOptions,
  more: Partial<PeerOptions>,
): PeerOptions {
  return {
    connect: () => Promise.resolve(transport),
    remote: { hostname: "192.0.2.1", port: 1 },
    limits: resolveTcpConnOptions(options),
    counter: { droppedBytes: 0 },
    onEnd() {},
    ...more,
  };
}

Deno.test(
  "a dialler reads nothing before somebody has taken an id into use",
  bounded,
  async () => {
    await using system = new ActorSystem();
    const transport = new CountingTransport();
    transport.say(message(A, utf8("hello")));
    const ready = Promise.withResolvers<PeerSocket>();
    const peer = system.spawn(
      peerActor(over(transport, {}, { onReady: ready.resolve })),
    );
    const socket = await ready.promise;
    await transport.idle();
    assertEquals(transport.reads, 0);
    assertEquals(text(await socket.open(A).receive()), "hello");
    transport.end();
    await peer.stopped;
  },
);

Deno.test(
  "a socket is not read while a connection is full, and then to its end",
  bounded,
  async () => {
    await using system = new ActorSystem();
    const transport = new CountingTransport();
    const messages = 30;
    for (let i = 0; i < messages; i++) {
      transport.say(message(A, pattern(4000, i)));
    }
    const served = Promise.withResolvers<TcpConnConnection>();
    const options = { maxUnreadBytes: 65_536, stallMs: 60_000 };
    const peer = system.spawn(peerActor(over(transport, options, {
      serve(connection) {
        served.resolve(connection);
        return connection.closed;
      },
    })));
    const connection = await served.promise;
    await transport.idle();
    // Each costs 4256: the sixteenth is one too many.
    assertEquals(transport.reads, 16);
    for (let i = 0; i < messages; i++) {
      assertEquals(await connection.receive(), pattern(4000, i));
    }
    await transport.idle();
    assertEquals(transport.reads, messages + 1);
    transport.end();
    await peer.stopped;
  },
);

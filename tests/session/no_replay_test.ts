import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import { SessionLostError } from "../../src/session/errors.ts";
import { encodeUint64 } from "../../src/session/wire/frame.ts";
import { ErrorCode, FrameType } from "../../src/session/wire/protocol.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { pattern } from "../support/bytes.ts";
import { bounded, Net } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";
import { hello, RawPeer, RawServer } from "../support/raw_peer.ts";

const MESSAGE_BYTES = 60_000;
/** Four times the default of `replayBytes`. */
const MESSAGES = 280;

Deno.test(
  "a session that is not resumed sends without waiting for acknowledgements",
  bounded,
  async () => {
    using server = new RawServer();
    await using system = new ActorSystem();
    const pool = new ConnectionPool(system, { resumeMs: 0 });
    const connecting = pool.connect(server.address);
    using peer = await server.meet();
    const connection = await connecting;
    await peer.frame(FrameType.ACCEPT, 1, encodeUint64(1e9)).flush();
    const sending = (async () => {
      for (let i = 0; i < MESSAGES; i++) {
        await connection.send(pattern(MESSAGE_BYTES, i));
      }
    })();
    // It reads everything, and acknowledges nothing.
    let received = 0;
    while (received < MESSAGES * MESSAGE_BYTES) {
      received += (await peer.next(FrameType.DATA)).payload.length;
    }
    await sending;
  },
);

Deno.test(
  "a session that is not resumed acknowledges what a peer waits for",
  bounded,
  async () => {
    await using net = new Net({
      listen: { resumeMs: 0 },
      serve: async (connection) => {
        let count = 0;
        while (count < MESSAGES && await connection.receive()) count++;
        await connection.send(pattern(count, 0));
      },
    });
    const connection = await net.connect();
    for (let i = 0; i < MESSAGES; i++) {
      await connection.send(pattern(MESSAGE_BYTES, i));
    }
    assertEquals((await connection.receive())?.length, MESSAGES);
  },
);

Deno.test(
  "a listener that keeps nothing refuses a socket that would need it, with RESUME_LOST",
  bounded,
  async () => {
    await using net = new Net({ listen: { resumeMs: 0 } });
    const { address } = net.listener;
    using first = await RawPeer.meet(address);
    await first.open(1).flush();
    const there = await net.served.next();
    await there.send(pattern(100));
    await first.next(FrameType.DATA);
    const { sessionId, token } = first.theirs ?? {};
    assert(sessionId !== undefined && token !== undefined);
    using late = await RawPeer.dial(address);
    await hello(FrameType.HELLO, { sessionId, token, epoch: 3 })(late);
    assertEquals((await late.goAway())?.code, ErrorCode.RESUME_LOST);
    using liar = await RawPeer.dial(address);
    const received = 1e6;
    await hello(FrameType.HELLO, { sessionId, token, epoch: 3, received })(
      liar,
    );
    assertEquals((await liar.goAway())?.code, ErrorCode.PROTOCOL);
  },
);

Deno.test(
  "a session that is not resumed is lost with its socket, and its sends fail",
  bounded,
  async () => {
    await using net = new ProxiedNet({ pool: { resumeMs: 0 } });
    const [here] = await net.connected();
    const sending = assertRejects(
      () => here.send(pattern(10_000_000)),
      SessionLostError,
    );
    net.proxy.cut();
    await sending;
  },
);

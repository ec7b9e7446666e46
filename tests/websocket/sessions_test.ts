import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  ConnectError,
  ResumeLostError,
  SessionLostError,
} from "../../src/session/errors.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { connectWeb } from "../../src/websocket/connect_web.ts";
import { pattern, sha256, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { openSockets } from "../support/memory.ts";
import { bounded, echo, roundTrip } from "../support/net.ts";
import { isSlow } from "../support/slow.ts";
import { talk } from "./modules/talk.ts";
import { sizeOf, Talk } from "./talks.ts";
import { WebNet } from "./web_net.ts";

const SIZE = sizeOf(isSlow);

Deno.test(
  "logical connections over a WebSocket carry messages both ways",
  bounded,
  async () => {
    await using net = new WebNet();
    const [here, there] = await net.pair();
    await here.send(pattern(3, 1));
    assertEquals(await there.receive(), pattern(3, 1));
    const sending = there.send(pattern(5_000_000, 2));
    const large = await here.receive() ?? new Uint8Array(0);
    assertEquals(sha256(large), sha256(pattern(5_000_000, 2)));
    await sending;
    await here.close();
    await there.closed;
    const stats = net.sessions.stats();
    assertEquals([stats.accepted, stats.sockets, stats.sessions], [1, 1, 1]);
  },
);

Deno.test(
  "a WebSocket that is cut is replaced, and nothing is lost with it",
  bounded,
  async () => {
    await using net = new WebNet();
    const [here, there] = await net.pair();
    await net.expect("here", "connecting", "connected");
    await net.expect("there", "connected");
    await net.interrupt();
    assertEquals(net.client.state?.phase, "resuming");
    await here.send(pattern(100, 1));
    await there.send(pattern(200, 2));
    net.proxy.refuse = false;
    assertEquals(await there.receive(), pattern(100, 1));
    assertEquals(await here.receive(), pattern(200, 2));
    await net.expect("here", "connected");
    assertEquals(net.sessions.stats().resumes, 1);
  },
);

Deno.test(
  "everything of a server and its clients ends when it is closed",
  bounded,
  async () => {
    await using net = new WebNet({ serve: { serve: echo } });
    const connection = await net.client.connect();
    await roundTrip(connection);
    await net.sessions.close();
    await connection.closed;
    assertEquals(net.sessions.stats().sessions, 0);
  },
);

Deno.test(
  "messages between two programs over a WebSocket survive every cut, once and in order",
  bounded,
  async () => {
    const conversation = new Talk(SIZE);
    await using net = new WebNet({
      serve: { serve: conversation.serve },
      client: { retryMs: 10_000, backoff: { initialMs: 1, maxMs: 5 } },
    });
    const elsewhere = net.client.connect().then((connection) =>
      talk(connection, SIZE.messages, SIZE.maxBytes)
    );
    await conversation.check(net.proxy, elsewhere);
  },
);

Deno.test(
  "a laptop that was closed for less than resumeMs comes back to what it missed",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new WebNet({ clock });
    const [here, there] = await net.pair();
    await net.expect("here", "connecting", "connected");
    await net.expect("there", "connected");
    await net.interrupt();
    for (let number = 0; number < 100; number++) {
      await there.send(utf8(`message ${number}`));
    }
    // Its program stands still, and the server waits.
    clock.advance(119_999);
    await net.system.idle();
    assertEquals([here.phase, there.phase], ["resuming", "resuming"]);
    net.proxy.refuse = false;
    await comesBack(net, clock);
    for (let number = 0; number < 100; number++) {
      assertEquals(await here.receive(), utf8(`message ${number}`));
    }
    assertEquals(net.sessions.stats().resumes, 1);
  },
);

Deno.test(
  "a laptop that was closed for longer than resumeMs finds its session lost, and starts another",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new WebNet({ clock });
    const [here, there] = await net.pair();
    await net.expect("here", "connecting", "connected");
    await net.expect("there", "connected");
    await net.interrupt();
    clock.advance(120_000);
    for (const connection of [here, there]) {
      await assertRejects(() => connection.receive(), ResumeLostError);
      assertEquals(connection.phase, "lost");
    }
    assertInstanceOf(await net.peerErrors.next(), ResumeLostError);
    await net.expect("here", "lost");
    net.proxy.refuse = false;
    const [again] = await net.pair();
    assertEquals(again.phase, "connected");
    assertEquals(net.client.state?.phase, "connected");
  },
);

Deno.test(
  "a write waits while the WebSocket holds what its peer does not take",
  bounded,
  async () => {
    const total = 100 * 250_000;
    let socket: WebSocket | undefined;
    await using net = new WebNet({
      serve: { serve: receiveAll, replayBytes: total },
      client: {
        open: (url) => socket = new WebSocket(url),
        replayBytes: 2 * total,
      },
    });
    const connections = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const connection = await net.client.connect();
        await connection.accepted;
        return connection;
      }),
    );
    net.proxy.stall("to_target");
    const sending = connections.map(async (connection) => {
      await connection.send(pattern(250_000, 1));
      await connection.close();
    });
    assert(socket !== undefined);
    let most = 0;
    for (let turn = 0; turn < 300; turn++) {
      await new Promise((resolve) => setTimeout(resolve));
      most = Math.max(most, socket.bufferedAmount);
    }
    // The kernel has its share, and all the rest waits in the session.
    assert(most > 0, "nothing had to wait");
    assert(most <= 262_144 + 1_048_576, `${most} bytes were held`);
    net.proxy.flow("to_target");
    await Promise.all(sending);
  },
);

Deno.test(
  "a server that nobody reaches is a ConnectError, and is tried for as long as retryMs says",
  bounded,
  async () => {
    await using net = new WebNet({ serve: { serve: echo } });
    net.proxy.refuse = true;
    await assertRejects(() => net.client.connect(), ConnectError);
    await using patient = net.dial({
      retryMs: 60_000,
      backoff: { initialMs: 1, maxMs: 5 },
    });
    const connecting = patient.connect();
    await net.proxy.connections.next();
    await net.proxy.connections.next();
    net.proxy.refuse = false;
    await roundTrip(await connecting);
  },
);

Deno.test(
  "a client that is closed can connect no more, and may be closed twice",
  bounded,
  async () => {
    await using net = new WebNet({ serve: { serve: echo } });
    await using client = net.dial();
    assertEquals(client.state, undefined);
    await roundTrip(await client.connect());
    await client.close();
    await client.close();
    assertEquals(client.state?.phase, "closed");
    await assertRejects(() => client.connect(), ConnectError, "closed");
  },
);

Deno.test(
  "a client has a system of its own unless it is given one, and leaves no socket behind",
  bounded,
  async () => {
    await using net = new WebNet({ serve: { serve: echo } });
    const before = openSockets();
    for (let round = 0; round < 20; round++) {
      const client = connectWeb(net.url);
      await roundTrip(await client.connect());
      await client.close();
    }
    await net.sessions.close();
    while (net.sessions.stats().sockets > 0 || net.proxy.open > 0) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    assertEquals(openSockets(), before);
  },
);

Deno.test(
  "a server that is drained lets connections finish, over another WebSocket as well, and starts no session",
  bounded,
  async () => {
    await using net = new WebNet({ serve: { serve: echo } });
    const connection = await net.client.connect();
    await roundTrip(connection);
    let isDrained = false;
    const draining = net.sessions.drain({ retryAfterMs: 60_000 })
      .then(() => isDrained = true);
    await roundTrip(connection);
    net.proxy.cut();
    await roundTrip(connection);
    assertEquals(net.sessions.stats().resumes, 1);
    await using other = net.dial();
    const refused = await assertRejects(
      () => other.connect(),
      SessionLostError,
    );
    assertEquals([refused.code, refused.retryAfterMs], [
      ErrorCode.GOING_AWAY,
      60_000,
    ]);
    assertEquals(isDrained, false);
    await connection.close();
    await draining;
    await assertRejects(
      () => net.sessions.drain({ retryAfterMs: -1 }),
      RangeError,
      "Cannot use retryAfterMs",
    );
  },
);

/** Lets the client try again until it is connected. */
async function comesBack(net: WebNet, clock: ManualClock): Promise<void> {
  let isBack = false;
  const back = net.expect("here", "connected").then(() => isBack = true);
  while (!isBack) {
    clock.advance(0);
    await new Promise((resolve) => setTimeout(resolve));
  }
  await back;
}

async function receiveAll(
  connection: AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const _ of connection);
}

// Servers that take a WebSocket and then do what no server of ours does.
import { assert, assertInstanceOf } from "@std/assert";
import { ActorSystem, TroupeError } from "../../src/actor/mod.ts";
import { decodeHello, encodeHello } from "../../src/session/wire/frame.ts";
import {
  FrameType,
  HEADER_BYTES,
  PREFACE,
} from "../../src/session/wire/protocol.ts";
import { HandshakeTimeoutError } from "../../src/session/errors.ts";
import { connectWeb } from "../../src/websocket/mod.ts";
import { pattern } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { advanceUntil } from "../support/memory_net.ts";
import { bounded } from "../support/net.ts";
import { framesOf, Speech, welcomeTo } from "../support/raw_peer.ts";

/** What a server does with a WebSocket that is open, and with its first message. */
interface Behaviour {
  readonly open?: (socket: WebSocket) => void;
  readonly message?: (
    socket: WebSocket,
    bytes: Uint8Array<ArrayBuffer>,
  ) => void;
  /** What it does in place of taking it. */
  readonly respond?: () => Response;
}

/** Sends the WELCOME that belongs to a greeting, with what a test changes. */
function welcome(
  socket: WebSocket,
  greeting: Uint8Array,
  change: Partial<ReturnType<typeof decodeHello>>,
): void {
  const [hello] = framesOf(greeting.subarray(PREFACE.length));
  if (hello === undefined) return;
  const payload = encodeHello(welcomeTo(decodeHello(hello.payload), change));
  const speech = new Speech().preface().frame(FrameType.WELCOME, 0, payload);
  socket.send(speech.bytes() as Uint8Array<ArrayBuffer>);
}

const behaviours: readonly (readonly [what: string, Behaviour])[] = [
  ["sends text", { open: (socket) => socket.send("hello") }],
  ["sends what is no protocol", {
    open: (socket) => socket.send(pattern(1000, 3) as Uint8Array<ArrayBuffer>),
  }],
  ["sends a message over 1 MiB", {
    open: (socket) => socket.send(new Uint8Array(1_048_577)),
  }],
  ["sends 40 MB before it is asked", {
    open(socket) {
      for (let sent = 0; sent < 40; sent++) {
        socket.send(new Uint8Array(1_000_000));
      }
    },
  }],
  ["sends thousands of messages of one byte", {
    open(socket) {
      for (let sent = 0; sent < 5000; sent++) socket.send(new Uint8Array(1));
    },
  }],
  ["closes at once, with a reason of its own", {
    open: (socket) => socket.close(4001, "Not you"),
  }],
  ["closes in the middle of its greeting", {
    message(socket) {
      socket.send(PREFACE.slice(0, 3));
      socket.close();
    },
  }],
  ["sends back what it is sent", {
    message: (socket, bytes) => socket.send(bytes),
  }],
  ["welcomes another session", {
    message: (socket, bytes) =>
      welcome(socket, bytes, { sessionId: new Uint8Array(16).fill(7) }),
  }],
  ["speaks a version from the future", {
    message: (socket, bytes) =>
      welcome(socket, bytes, { minVersion: 99, maxVersion: 99 }),
  }],
  ["sends a header that announces 4 GB", {
    message(socket) {
      socket.send(PREFACE.slice());
      socket.send(new Uint8Array(HEADER_BYTES).fill(0xff));
    },
  }],
  ["is no server of WebSockets", {
    respond: () => new Response("hello", { status: 200 }),
  }],
  ["sends it elsewhere", {
    respond: () =>
      new Response(null, { status: 302, headers: { location: "/other" } }),
  }],
];

async function withServer(
  { open, message, respond }: Behaviour,
  use: (url: string) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      if (respond !== undefined) return respond();
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.binaryType = "arraybuffer";
      socket.onopen = () => open?.(socket);
      socket.addEventListener(
        "message",
        ({ data }) => message?.(socket, new Uint8Array(data as ArrayBuffer)),
        { once: true },
      );
      socket.onerror = (event) => event.preventDefault();
      return response;
    },
  );
  await use(`ws://127.0.0.1:${server.addr.port}/`);
}

for (const [what, behaviour] of behaviours) {
  Deno.test(
    `a server that ${what} is an error of connect(), and leaves nothing`,
    bounded,
    () =>
      withServer(behaviour, async (url) => {
        await using client = connectWeb(url, { handshakeMs: 10_000 });
        const error = await client.connect().catch((error) => error);
        assertInstanceOf(error, TroupeError);
        assert(error.message.length < 1000, error.message);
        // The next attempt has an error of its own.
        assertInstanceOf(
          await client.connect().catch((error) => error),
          TroupeError,
        );
      }),
  );
}

Deno.test(
  "a server that takes a WebSocket and says nothing is an error at the deadline of the handshake",
  bounded,
  () =>
    withServer({}, async (url) => {
      const clock = new ManualClock();
      await using system = new ActorSystem({ clock });
      await using client = connectWeb(url, { system, handshakeMs: 5000 });
      const refused = client.connect().catch((error) => error);
      await advanceUntil(refused, clock, system);
      assertInstanceOf(await refused, HandshakeTimeoutError);
    }),
);

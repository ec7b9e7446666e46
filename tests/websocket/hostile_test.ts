import {
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import { SocketLostError } from "../../src/session/errors.ts";
import {
  ProtocolError,
  TruncatedError,
} from "../../src/session/wire/errors.ts";
import { decodeGoAway, encodeHello } from "../../src/session/wire/frame.ts";
import {
  ErrorCode,
  FrameType,
  HEADER_BYTES,
  PREFACE,
} from "../../src/session/wire/protocol.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import { serveSessions } from "../../src/websocket/serve_sessions.ts";
import { pattern, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settledMemory } from "../support/memory.ts";
import { bounded, roundTrip } from "../support/net.ts";
import { frameBytes, GOOD_HELLO, Speech } from "../support/raw_peer.ts";
import { Opcode, RawWebSocket } from "./raw_web_socket.ts";
import { WebNet } from "./web_net.ts";

const { TEXT, BINARY, CLOSE } = Opcode;
const HELLO = frameBytes(FrameType.HELLO, 0, 0, encodeHello(GOOD_HELLO));

/** A net whose server echoes, and a client that has nothing to do with it. */
async function lively(
  options: ConstructorParameters<typeof WebNet>[0] = {},
): Promise<WebNet> {
  const net = new WebNet({
    ...options,
    serve: {
      async serve(connection) {
        for await (const message of connection) await connection.send(message);
      },
      ...options.serve,
    },
  });
  await roundTrip(await net.client.connect({ id: "lively" }));
  return net;
}

const offences: readonly [
  what: string,
  say: (socket: RawWebSocket) => Promise<void>,
  error: typeof ProtocolError | typeof SocketLostError,
  message: string,
][] = [
  [
    "text in place of the handshake",
    (socket) => socket.send(TEXT, utf8("hello")),
    ProtocolError,
    "sends text",
  ],
  [
    "text after the handshake",
    async (socket) => {
      await socket.send(BINARY, PREFACE);
      await socket.send(BINARY, HELLO);
      await socket.receive();
      await socket.receive();
      await socket.send(TEXT, utf8("hello"));
    },
    ProtocolError,
    "sends text",
  ],
  [
    "a message over 1 MiB",
    (socket) => socket.send(BINARY, new Uint8Array(1_048_577)),
    ProtocolError,
    "a message of 1048577 bytes",
  ],
  [
    "bytes that are no protocol",
    (socket) => socket.send(BINARY, pattern(1000, 3)),
    ProtocolError,
    "",
  ],
  [
    "the end in the middle of a frame",
    async (socket) => {
      await socket.send(BINARY, PREFACE);
      await socket.send(BINARY, HELLO.subarray(0, 20));
      await socket.send(CLOSE, new Uint8Array([3, 232]));
    },
    TruncatedError,
    "",
  ],
  [
    "a close with a code of its own",
    (socket) => socket.send(CLOSE, new Uint8Array([15, 160, 111, 104])),
    SocketLostError,
    "code 4000: oh",
  ],
];

for (const [what, say, error, message] of offences) {
  Deno.test(
    `a WebSocket with ${what} ends, with an error that says so, and no other does`,
    bounded,
    async () => {
      await using net = await lively();
      const { socket } = await RawWebSocket.dial(net.url);
      using _ = socket;
      await say(socket);
      const found = await net.peerErrors.next();
      assertInstanceOf(found, error);
      assertStringIncludes(`${found}`, message);
      await roundTrip(await net.client.connect());
    },
  );
}

Deno.test(
  "a WebSocket that breaks the rules reads why before it ends",
  bounded,
  async () => {
    await using net = await lively();
    const { socket } = await RawWebSocket.dial(net.url);
    using _ = socket;
    await socket.send(TEXT, utf8("hello"));
    const frames: Uint8Array[] = [];
    let opcode: number | undefined;
    while (opcode !== CLOSE) {
      const frame = await socket.receive();
      opcode = frame?.opcode ?? CLOSE;
      if (frame?.opcode === BINARY) frames.push(frame.payload);
    }
    const said = await new Blob(frames as BlobPart[]).bytes();
    const goAway = decodeGoAway(said.subarray(PREFACE.length + HEADER_BYTES));
    assertEquals(goAway.code, ErrorCode.PROTOCOL);
    assertStringIncludes(goAway.text, "sends text");
  },
);

Deno.test(
  "where messages end means nothing: a session may come byte by byte, and with empty ones",
  bounded,
  async () => {
    await using net = await lively();
    const { socket } = await RawWebSocket.dial(net.url);
    using _ = socket;
    for (const byte of [...PREFACE, ...HELLO]) {
      await socket.send(BINARY, new Uint8Array([byte]));
      await socket.send(BINARY, new Uint8Array(0));
    }
    await net.expect("there", "connected", "connected");
  },
);

Deno.test(
  "what arrives while a login is looked up is bounded, and over the bound ends that WebSocket",
  bounded,
  async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<string>();
    let isLively = true;
    await using net = await lively({
      serve: {
        authenticate() {
          if (isLively) return "lively";
          asked.resolve();
          return answer.promise;
        },
      },
    });
    isLively = false;
    const { socket } = await RawWebSocket.dial(net.url);
    using _ = socket;
    await socket.send(BINARY, PREFACE);
    await socket.send(BINARY, HELLO);
    await asked.promise;
    const before = await settledMemory();
    // A hundred megabytes, in messages that are as large as any may be.
    const message = new Uint8Array(1_048_576);
    for (let i = 0; i < 100; i++) await socket.send(BINARY, message);
    const after = await settledMemory();
    const growth = after.external - before.external;
    assertEquals(growth < 8_000_000, true, `${growth} bytes are held`);
    answer.resolve("late");
    const error = await net.peerErrors.next();
    assertInstanceOf(error, ProtocolError);
    assertStringIncludes(error.message, "before they are read");
  },
);

Deno.test(
  "a WebSocket that says nothing is ended by the deadline of the handshake",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new WebNet({ clock });
    const { socket } = await RawWebSocket.dial(net.url);
    using _ = socket;
    // The preface says that the server has taken it over.
    assertEquals((await socket.receive())?.payload, PREFACE);
    clock.advance(10_000);
    const frame = await socket.receive();
    assertEquals(frame?.opcode, BINARY);
    assertEquals((await socket.receive())?.opcode, CLOSE);
  },
);

Deno.test(
  "a WebSocket that its peer does not close counts against maxSockets until it does",
  bounded,
  async () => {
    await using net = await lively({ serve: { maxSockets: 2 } });
    const { socket } = await RawWebSocket.dial(net.url);
    using _ = socket;
    await socket.send(TEXT, utf8("hello"));
    while ((await socket.receive())?.opcode !== CLOSE);
    assertEquals(net.sessions.stats().sockets, 2);
    const refused = await RawWebSocket.dial(net.url);
    using __ = refused.socket;
    assertEquals(refused.status, 503);
    // It replies at last.
    await socket.send(CLOSE, new Uint8Array([3, 232]));
    while (net.sessions.stats().sockets > 1) {
      await new Promise((resolve) => setTimeout(resolve));
    }
  },
);

Deno.test(
  "a WebSocket that is opened while the server closes is closed, and later ones are refused",
  bounded,
  async () => {
    await using system = new ActorSystem();
    const sessions = serveSessions(system, {
      withoutOrigin: "accept",
      serve: () => {},
    });
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request, info) => {
        const response = await sessions.fetch(request, info);
        // It is open as soon as the response is on its way.
        void sessions.close();
        return response;
      },
    );
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const { socket, status } = await RawWebSocket.dial(url);
    assertEquals(status, 101);
    assertEquals((await socket.receive())?.opcode, CLOSE);
    await socket.send(CLOSE, new Uint8Array([3, 232]));
    await sessions.closed;
    const refused = await RawWebSocket.dial(url);
    assertEquals(refused.status, 503);
    for (const opened of [socket, refused.socket]) opened[Symbol.dispose]();
    await server.shutdown();
  },
);

Deno.test(
  "a peer that sends more than its credit is ended, however fast it is, and what nobody reads stays bounded",
  bounded,
  async () => {
    const opened = Promise.withResolvers<void>();
    await using net = await lively({
      serve: {
        async serve(connection) {
          if (connection.id === "lively") {
            for await (const message of connection) {
              await connection.send(message);
            }
          } else {
            // Nobody reads it.
            opened.resolve();
            await connection.closed;
          }
        },
      },
    });
    const { socket } = await RawWebSocket.dial(net.url);
    using _ = socket;
    await socket.send(BINARY, PREFACE);
    await socket.send(BINARY, HELLO);
    await socket.send(BINARY, new Speech().open(1, "flood").bytes());
    await opened.promise;
    const before = await settledMemory();
    const payload = new Uint8Array(16_384);
    const frame = frameBytes(FrameType.DATA, 0, 1, payload);
    const message = new Uint8Array(60 * frame.length);
    for (let i = 0; i < 60; i++) message.set(frame, i * frame.length);
    // A hundred megabytes; the credit is 256 KiB.
    for (let i = 0; i < 100; i++) {
      await socket.send(BINARY, message).catch(() => {});
    }
    const error = await net.peerErrors.next();
    assertInstanceOf(error, ProtocolError);
    const { external } = await settledMemory();
    const growth = external - before.external;
    assertEquals(growth < 8_000_000, true, `${growth} bytes are held`);
    await roundTrip(await net.client.connect({ id: "lively" }));
  },
);

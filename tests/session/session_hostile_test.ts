import { once } from "node:events";
import { connect as nodeConnect } from "node:net";
import {
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import fc from "fast-check";
import {
  HandshakeTimeoutError,
  SessionLostError,
  SocketLostError,
} from "../../src/session/errors.ts";
import { SessionRefusedError } from "../../src/session/handshake.ts";
import {
  ProtocolError,
  TruncatedError,
} from "../../src/session/wire/errors.ts";
import { encodeHello, encodeUint64 } from "../../src/session/wire/frame.ts";
import {
  DataFlag,
  ErrorCode,
  FrameType,
  MAX_FRAME_BYTES,
  PREFACE,
  Priority,
  USUAL_FRAME_BYTES,
} from "../../src/session/wire/protocol.ts";
import { pattern, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { GOOD_HELLO, hello, RawPeer, Speech } from "../support/raw_peer.ts";

const { HELLO, WELCOME, OPEN, DATA, ACCEPT, WINDOW, RESET, STOP, PING, ACK } =
  FrameType;

/** What a bad peer says, and what we make of it. */
interface Offence {
  readonly what: string;
  readonly say: (peer: RawPeer) => Promise<void>;
  readonly error:
    | typeof ProtocolError
    | typeof SessionLostError
    | typeof SessionRefusedError;
  /** Part of the error's message. */
  readonly message: string;
  /** The code of our GOAWAY; `undefined` if there is none. */
  readonly code: number | undefined;
}

function protocol(
  what: string,
  message: string,
  say: (peer: RawPeer) => Promise<void>,
  code: number = ErrorCode.PROTOCOL,
): Offence {
  return { what, say, error: ProtocolError, message, code };
}

function truncated(
  what: string,
  message: string,
  say: (peer: RawPeer) => Promise<void>,
): Offence {
  return { ...protocol(what, message, say), error: TruncatedError };
}

/** The header of a frame that announces this many bytes. */
function header(type: number, length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, length << 8 | type << 4);
  bytes[7] = 1;
  return bytes;
}

/** An OPEN whose bytes from the length of the id on are these. */
function badOpen(...rest: number[]): (peer: RawPeer) => Promise<void> {
  return (peer) =>
    peer.frame(OPEN, 1, new Uint8Array([0, 1, 0, 0, Priority.NORMAL, ...rest]))
      .flush();
}

const beforeTheHandshake: Offence[] = [
  protocol(
    "says garbage",
    "it begins with",
    (peer) => peer.write(new Uint8Array(1000).fill(255)),
  ),
  protocol(
    "says an HTTP request",
    "is it a Troupe peer?",
    (peer) => peer.write(utf8("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")),
  ),
  protocol(
    "says a preface whose line end was translated",
    "it begins with",
    (peer) => peer.write(utf8("TROUPE\n\n")),
  ),
  truncated(
    "says nothing and closes",
    "before its preface",
    (peer) => peer.socket.closeWrite(),
  ),
  truncated("closes in the middle of the preface", "before its preface", async (
    peer,
  ) => {
    await peer.write(PREFACE.subarray(0, 4));
    await peer.socket.closeWrite();
  }),
  protocol(
    "speaks a newer version alone",
    "versions 2 to 3",
    hello(HELLO, { minVersion: 2, maxVersion: 3 }),
    ErrorCode.VERSION,
  ),
  protocol(
    "speaks an older version alone",
    "versions 0 to 0",
    hello(HELLO, { minVersion: 0, maxVersion: 0 }),
    ErrorCode.VERSION,
  ),
  protocol(
    "accepts only frames that are all headers",
    "frames of 10 bytes",
    hello(HELLO, { maxFrameBytes: 10 }),
  ),
  protocol(
    "says a HELLO that is too short",
    "it has 73 bytes, not 74",
    (peer) =>
      peer.preface().frame(HELLO, 0, new Uint8Array(73).fill(1)).flush(),
  ),
  protocol(
    "goes on after a HELLO that is too short",
    "before the handshake is done",
    (peer) =>
      peer.preface().frame(HELLO, 0, new Uint8Array(9).fill(1)).open(1).flush(),
  ),
  protocol(
    "sends a reply before any request",
    "before the handshake",
    hello(WELCOME, {}),
  ),
  protocol(
    "opens a stream before the handshake",
    "before the handshake",
    (peer) => peer.preface().open(1).flush(),
  ),
  protocol(
    "sends data before the handshake",
    "before the handshake",
    (peer) => peer.preface().frame(DATA, 1, utf8("x"), DataFlag.END).flush(),
  ),
  protocol(
    "refuses us",
    "type 7 before the handshake",
    (peer) => peer.preface().goodbye(ErrorCode.REFUSED, "full").flush(),
  ),
  protocol(
    "has received what nobody has sent",
    "acknowledges 5 bytes, of which 0 were sent",
    hello(HELLO, { received: 5 }),
  ),
  {
    what: "resumes a session that never existed",
    message: "no such session",
    say: hello(HELLO, { token: new Uint8Array(32).fill(1), epoch: 2 }),
    error: SessionRefusedError,
    code: ErrorCode.RESUME_LOST,
  },
];

const afterTheHandshake: Offence[] = [
  protocol(
    "announces data over the limit",
    "1048577 bytes, 1048576 are allowed",
    (peer) => peer.write(header(DATA, MAX_FRAME_BYTES + 1)),
    ErrorCode.FRAME_TOO_LARGE,
  ),
  protocol(
    "announces a control frame over the limit",
    "8193 bytes, 8192 are allowed",
    (peer) => peer.write(header(PING, 8193)),
    ErrorCode.FRAME_TOO_LARGE,
  ),
  protocol(
    "sends a second HELLO",
    "type 9",
    (peer) => peer.frame(HELLO, 0, encodeHello(GOOD_HELLO)).flush(),
  ),
  ...[11, 15].map((type) =>
    protocol(
      `sends a frame of the unknown type ${type}`,
      `type ${type}`,
      (peer) => peer.frame(type, 0).flush(),
    )
  ),
  protocol(
    "sends data on a stream that was never opened",
    "stream 1, which was never opened",
    (peer) => peer.frame(DATA, 1, utf8("x"), DataFlag.END).flush(),
  ),
  protocol(
    "sends data on stream 0",
    "stream 0",
    (peer) => peer.frame(DATA, 0, utf8("x"), DataFlag.END).flush(),
  ),
  ...[ACCEPT, WINDOW].map((type) =>
    protocol(
      `sends credit of type ${type} on a stream of ours that was never opened`,
      "stream 2, which was never opened",
      (peer) => peer.frame(type, 2, encodeUint64(1e6)).flush(),
    )
  ),
  ...[RESET, STOP].map((type) =>
    protocol(
      `ends (type ${type}) a stream that was never opened`,
      "stream 7, which was never opened",
      (peer) => peer.open(5).reason(type, 7, ErrorCode.NONE).flush(),
    )
  ),
  protocol(
    "opens a stream twice",
    "stream 1 out of order",
    (peer) => peer.open(1).open(1).flush(),
  ),
  protocol(
    "opens a stream below one that it has opened",
    "stream 3 out of order",
    (peer) => peer.open(5).open(3).flush(),
  ),
  protocol(
    "opens a stream with a number of ours",
    "stream 2 out of order",
    (peer) => peer.open(2).flush(),
  ),
  protocol(
    "opens stream 0",
    "stream 0 out of order",
    (peer) => peer.open(0).flush(),
  ),
  protocol("opens a stream without a name", "id", badOpen(0, 0)),
  protocol("opens a stream whose name is cut off", "id", badOpen(3, 65, 66)),
  protocol("opens a stream whose name is not UTF-8", "UTF-8", badOpen(1, 255)),
  protocol(
    "opens a stream with metadata over the limit",
    "4097 bytes",
    badOpen(1, 65, ...new Uint8Array(4097)),
  ),
  protocol(
    "opens a stream with too few bytes",
    "an OPEN",
    (peer) => peer.frame(OPEN, 1, new Uint8Array(6)).flush(),
  ),
  protocol(
    "sends data over its credit",
    "more than its credit",
    async (peer) => {
      await peer.open(1, "unread").flush();
      await peer.next(ACCEPT);
      for (let i = 0; i < 4; i++) {
        peer.frame(DATA, 1, pattern(USUAL_FRAME_BYTES), DataFlag.END);
      }
      await peer.flush();
    },
    ErrorCode.FLOW_CONTROL,
  ),
  protocol(
    "sends empty messages over its credit",
    "more than its credit",
    async (peer) => {
      peer.open(1, "unread");
      for (let i = 0; i < 5000; i++) {
        peer.frame(DATA, 1, new Uint8Array(0), DataFlag.END);
      }
      await peer.flush();
    },
    ErrorCode.FLOW_CONTROL,
  ),
  protocol(
    "sends data after the end of a stream",
    "after the end",
    (peer) =>
      peer.open(1, "unread").frame(DATA, 1, utf8("bye"), DataFlag.FIN)
        .frame(DATA, 1, utf8("PS"), DataFlag.END).flush(),
  ),
  protocol(
    "gives credit over 2^53 - 1",
    "over 2^53 - 1",
    (peer) =>
      peer.open(1).frame(WINDOW, 1, new Uint8Array(8).fill(255)).flush(),
  ),
  protocol(
    "gives credit in 7 bytes",
    "a number: it has 7 bytes",
    (peer) => peer.open(1).frame(WINDOW, 1, new Uint8Array(7)).flush(),
  ),
  protocol(
    "resets a stream without a code",
    "a reason",
    (peer) => peer.open(1).frame(RESET, 1).flush(),
  ),
  protocol(
    "pings with 4 bytes",
    "4 bytes, not 8",
    (peer) => peer.frame(PING, 0, new Uint8Array(4)).flush(),
  ),
  {
    what: "closes in the middle of a frame",
    message: "in the middle of a frame",
    say: async (peer) => {
      await peer.write(header(DATA, 1000));
      await peer.socket.closeWrite();
    },
    error: TruncatedError,
    code: undefined,
  },
  {
    what: "closes without a word",
    message: "closed the socket",
    say: (peer) => peer.socket.closeWrite(),
    error: SessionLostError,
    code: undefined,
  },
  {
    what: "ends the session for a reason",
    message: "out of memory",
    say: (peer) => peer.goodbye(ErrorCode.INTERNAL, "out of memory").flush(),
    error: SessionLostError,
    code: undefined,
  },
];

/** Echoes, but for the connections named "unread". */
const echoSome: typeof echo = (connection, context) =>
  connection.id === "unread" ? connection.closed : echo(connection, context);

function refuses(
  { what, say, error, message, code }: Offence,
  reach: (net: Net) => Promise<RawPeer>,
): void {
  Deno.test(
    `a listener ends a peer that ${what}, and serves the others`,
    bounded,
    async () => {
      await using net = new Net({ serve: echoSome, listen: { resumeMs: 0 } });
      const lively = await net.connect();
      {
        using peer = await reach(net);
        await say(peer);
        const reported = await net.peerErrors.next();
        assertInstanceOf(reported, error);
        assertStringIncludes(reported.message, message);
        assertEquals((await peer.goAway())?.code, code);
        await roundTrip(lively);
        assertEquals(net.listener.stats().accepted, 2);
      }
      await net.until(() => {
        const { sockets, sessions } = net.listener.stats();
        return sockets === 1 && sessions === 1;
      });
      assertEquals(net.peerErrors.untaken, 0);
      assertEquals(net.failures.untaken, 0);
    },
  );
}

for (const offence of beforeTheHandshake) {
  refuses(offence, (net) => RawPeer.dial(net.listener.address));
}

for (const offence of afterTheHandshake) {
  refuses(offence, (net) => RawPeer.meet(net.listener.address));
}

for (const says of ["nothing", "its preface and nothing more"]) {
  Deno.test(
    `a listener ends a peer that sends ${says} until the deadline`,
    bounded,
    async () => {
      const clock = new ManualClock();
      await using net = new Net({
        serve: echo,
        clock,
        listen: { handshakeMs: 500 },
      });
      const lively = await net.connect();
      using peer = await RawPeer.dial(net.listener.address);
      if (says !== "nothing") await peer.write(PREFACE);
      // It has been greeted, so its deadline is set.
      await peer.greeted();
      clock.advance(499);
      await roundTrip(lively);
      assertEquals(net.peerErrors.untaken, 0);
      clock.advance(1);
      assertInstanceOf(await net.peerErrors.next(), HandshakeTimeoutError);
      assertEquals((await peer.goAway())?.code, ErrorCode.TIMEOUT);
      await roundTrip(lively);
    },
  );
}

Deno.test(
  "a socket that is reset is a SocketLostError with its cause",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const lively = await net.connect();
    const { hostname, port } = net.listener.address;
    const socket = nodeConnect(port, hostname);
    await once(socket, "data");
    socket.resetAndDestroy();
    await once(socket, "close");
    const error = await net.peerErrors.next();
    assertInstanceOf(error, SocketLostError);
    assertInstanceOf(error.cause, Deno.errors.ConnectionReset);
    await roundTrip(lively);
  },
);

Deno.test(
  "a peer that sends frames before its WELCOME leaves no session behind",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({
      serve: echo,
      clock,
      listen: { handshakeMs: 500 },
    });
    using peer = await RawPeer.dial(net.listener.address);
    await peer.preface().frame(HELLO, 0, encodeHello(GOOD_HELLO)).open(1)
      .flush();
    const error = await net.peerErrors.next();
    assertInstanceOf(error, ProtocolError);
    assertStringIncludes(error.message, "before the handshake is done");
    assertEquals((await peer.goAway())?.code, ErrorCode.PROTOCOL);
    // The session that was started for it does not outlive the deadline.
    clock.advance(500);
    await net.until(() => net.listener.stats().sessions === 0);
    assertEquals(net.peerErrors.untaken, 0);
  },
);

const floods: [string, (peer: RawPeer, i: number) => void][] = [
  ["pings", (peer) => void peer.frame(PING, 0, new Uint8Array(8))],
  ["opens", (peer, i) => void peer.open(2 * i + 1, "unread")],
  [
    "opens and resets",
    (peer, i) =>
      void peer.open(2 * i + 1, "unread")
        .reason(RESET, 2 * i + 1, ErrorCode.NONE),
  ],
  [
    "reasons to stop",
    (peer, i) =>
      void (i === 0 ? peer.open(1, "unread") : peer)
        .reason(STOP, 1, ErrorCode.NONE),
  ],
  [
    "data without bytes",
    (peer, i) => void (i === 0 ? peer.open(1, "unread") : peer).frame(DATA, 1),
  ],
  [
    "credit that it has given before",
    (peer, i) =>
      void (i === 0 ? peer.open(1, "unread") : peer)
        .frame(WINDOW, 1, encodeUint64(1)),
  ],
  ["acknowledgements of nothing", (peer) => void peer.ack(0)],
];

for (const [what, add] of floods) {
  Deno.test(
    `a peer that floods with ${what} is ended with CALM, and no other is`,
    bounded,
    async () => {
      // The clock stands still: no flood is slow enough to be let pass.
      await using net = new Net({ serve: echoSome, clock: new ManualClock() });
      const lively = await net.connect();
      using peer = await RawPeer.meet(net.listener.address);
      for (let i = 0; i < 20_000; i++) add(peer, i);
      const flooding = peer.flush().catch(() => {});
      const error = await net.peerErrors.next();
      assertInstanceOf(error, ProtocolError);
      assertEquals(error.code, ErrorCode.CALM);
      assertEquals((await peer.goAway())?.code, ErrorCode.CALM);
      await flooding;
      await roundTrip(lively);
    },
  );
}

/** What a good peer might say: its HELLO, and what follows the WELCOME. */
function goodBytes(): { hello: Uint8Array; rest: Uint8Array } {
  const sessionId = crypto.getRandomValues(new Uint8Array(16));
  const hello = new Speech().preface()
    .frame(HELLO, 0, encodeHello({ ...GOOD_HELLO, sessionId })).bytes();
  const speech = new Speech();
  for (const stream of [1, 3, 5]) {
    speech.open(stream, stream === 3 ? "unread" : "echo")
      .frame(DATA, stream, pattern(40), DataFlag.END)
      .frame(WINDOW, stream, encodeUint64(100_000))
      .frame(PING, 0, new Uint8Array(8))
      .frame(ACK, 0, encodeUint64(stream))
      .frame(DATA, stream, pattern(20), 0)
      .frame(DATA, stream, pattern(3), DataFlag.END | DataFlag.FIN);
  }
  const rest = speech.reason(STOP, 1, 0).reason(RESET, 3, 6).bytes();
  return { hello, rest };
}

/** Says all of it, waiting for the WELCOME unless the HELLO is spoilt. */
async function saySpoilt(
  peer: RawPeer,
  changes: { at: number; byte: number }[],
  length: number,
): Promise<void> {
  const { hello, rest } = goodBytes();
  const bytes = new Uint8Array([...hello, ...rest]);
  for (const { at, byte } of changes) bytes[at] = byte;
  const firsts = changes.map(({ at }) => at);
  let said = 0;
  if (Math.min(length, ...firsts) >= hello.length) {
    said = hello.length;
    await peer.write(hello);
    await peer.next(WELCOME);
  }
  // It may have heard enough before it has heard all.
  await peer.write(bytes.subarray(said, length)).catch(() => {});
  await peer.socket.closeWrite().catch(() => {});
}

Deno.test(
  "whatever bytes of a peer are spoiled, its session ends and the others are served",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({
      serve: echoSome,
      clock,
      listen: { resumeMs: 0 },
    });
    const lively = await net.connect();
    const { hello, rest } = goodBytes();
    const total = hello.length + rest.length;
    const spoilt = fc.array(
      fc.record({
        // Half of them where it is past the handshake.
        at: fc.oneof(
          fc.nat({ max: hello.length - 1 }),
          fc.integer({ min: hello.length, max: total - 1 }),
        ),
        byte: fc.nat({ max: 255 }),
      }),
      { minLength: 1, maxLength: 4 },
    );
    const end = fc.oneof(fc.constant(total), fc.nat({ max: total }));
    await fc.assert(
      fc.asyncProperty(spoilt, end, async (changes, length) => {
        {
          using peer = await RawPeer.dial(net.listener.address);
          await saySpoilt(peer, changes, length);
          // What it says last is frames, and then the socket ends.
          await peer.rest();
        }
        await roundTrip(lively);
      }),
      { numRuns: 300 },
    );
    // Sessions that were started for a socket that ended too early.
    clock.advance(10_000);
    await net.until(() => {
      const { sockets, sessions } = net.listener.stats();
      return sockets === 1 && sessions === 1;
    });
    assertEquals(net.failures.untaken, 0);
  },
);

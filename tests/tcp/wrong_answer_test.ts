import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ConnectError } from "../../src/session/errors.ts";
import { FrameType, PREFACE } from "../../src/session/wire/protocol.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { text, utf8 } from "../support/bytes.ts";
import { bounded, Net } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";
import { frameBytes, RawServer, Speech } from "../support/raw_peer.ts";

const HTTP = utf8("HTTP/1.1 503 Service Unavailable\r\n\r\n");

/** Replies that come from no peer of ours. */
const ANSWERS: Record<string, (socket: Deno.TcpConn) => Promise<unknown>> = {
  "a load balancer's 503": (socket) => socket.write(HTTP),
  "the greeting of another protocol": (socket) =>
    socket.write(utf8("SSH-2.0-OpenSSH_9.2\r\n")),
  "bytes without a meaning": (socket) =>
    socket.write(new Uint8Array([0, 255, 27, 91, 50, 74])),
  "its own bytes": async (socket) => {
    const buffer = new Uint8Array(4096);
    const count = await socket.read(buffer);
    await socket.write(buffer.subarray(0, count ?? 0));
  },
  "a frame of another type": (socket) =>
    socket.write(new Speech().preface().frame(FrameType.PING, 0).bytes()),
  "a WELCOME that is none": (socket) =>
    socket.write(
      new Uint8Array([
        ...PREFACE,
        ...frameBytes(FrameType.WELCOME, 0, 0, utf8("welcome")),
      ]),
    ),
};

for (const [what, answer] of Object.entries(ANSWERS)) {
  Deno.test(
    `a session goes on after a redial to which ${what} came back`,
    bounded,
    async () => {
      using wrong = new RawServer();
      await using net = new ProxiedNet();
      const [here, there] = await net.connected();
      net.proxy.target = wrong.address;
      net.proxy.cut();
      const sent = here.send(utf8("over the third socket"));
      for (let n = 0; n < 2; n++) {
        using peer = await wrong.accept();
        if (n === 1) net.proxy.target = net.listener.address;
        await answer(peer.socket);
      }
      assertEquals(text(await there.receive()), "over the third socket");
      await sent;
      await there.send(utf8("and back"));
      assertEquals(text(await here.receive()), "and back");
      await net.expect("here", "resuming", "connected");
    },
  );
}

Deno.test(
  "a first dial that gets a wrong answer fails at once, and says what was read",
  bounded,
  async () => {
    using wrong = new RawServer();
    await using net = new Net({ pool: { retryMs: 60_000 } });
    const connecting = assertRejects(
      () => net.pool.connect(wrong.address),
      ConnectError,
    );
    using peer = await wrong.accept();
    await peer.write(HTTP);
    const { message } = await connecting;
    assertStringIncludes(
      message,
      `it begins with "HTTP/1.1 503 Service Unavailable"`,
    );
  },
);

Deno.test(
  "what was read of a wrong answer is safe to print, however it was cut",
  bounded,
  async () => {
    using wrong = new RawServer();
    await using net = new Net();
    await using pool = new ConnectionPool(net.system);
    const said: [Uint8Array, string][] = [
      [new Uint8Array([27, 91, 50, 74, 200, 13, 10, 65]), '"\\u001b[2J\\xc8"'],
      [utf8("\r\nhello\r\n"), '"\\r\\nhello"'],
      [utf8("x".repeat(100)), `"${"x".repeat(32)}"`],
    ];
    for (const [bytes, shown] of said) {
      const connecting = assertRejects(
        () => pool.connect(wrong.address),
        ConnectError,
      );
      using peer = await wrong.accept();
      await peer.write(bytes);
      assertStringIncludes(
        (await connecting).message,
        `it begins with ${shown}: is it`,
      );
    }
  },
);

import { assert, assertEquals } from "@std/assert";
import { bounded } from "../../support/net.ts";
import { Served } from "../served.ts";

const YES = { name: "yes", command: "yes", args: [] };

Deno.test(
  "output that is not acknowledged stops the program, and none is missing when it continues",
  bounded,
  async () => {
    await using served = new Served({ commands: [YES] });
    const session = await served.terminal.start();
    const viewer = served.view(session.id, await served.login());
    let end: number | undefined;
    let sent = 0;
    while (sent < 131_072) {
      const { offset, bytes } = await viewer.next("output");
      // It starts with the oldest output that is kept.
      assertEquals(offset, end ?? offset);
      end = offset + bytes.length;
      sent += bytes.length;
    }
    assert(end !== undefined && sent === 131_072);
    assertEquals((await session.inspect()).paused, true);
    assertEquals(viewer.frames.untaken, 0);
    assertEquals(served.terminal.stats().outputBytes, sent);
    for (let i = 0; i < 20; i++) {
      viewer.send({ type: "ack", offset: end });
      const { offset, bytes } = await viewer.next("output");
      assertEquals(offset, end);
      end += bytes.length;
    }
    viewer.send({ type: "signal", signal: "SIGINT" });
    for (;;) {
      const frame = await viewer.frames.next();
      if (frame.type === "exit") {
        assertEquals(frame.exit, { signal: "SIGINT" });
        break;
      }
      if (frame.type !== "output") continue;
      assertEquals(frame.offset, end);
      end += frame.bytes.length;
      viewer.send({ type: "ack", offset: end });
    }
  },
);

Deno.test(
  "a frozen read-only viewer delays nobody, and gets a gap for what it missed",
  bounded,
  async () => {
    await using served = new Served({ commands: [YES], snapshots: false });
    const { id } = await served.terminal.start();
    const frozen = served.view(id, await served.login("view", id));
    const owner = served.view(id, await served.login());
    await frozen.next("role");
    let end: number | undefined;
    for (let sent = 0; sent < 4_000_000;) {
      const { offset, bytes } = await owner.next("output");
      assertEquals(offset, end ?? offset);
      end = offset + bytes.length;
      sent += bytes.length;
      owner.send({ type: "ack", offset: end });
    }
    // It has what it had credit for, and nothing more waits for it.
    let [bytes, seen] = [0, 0];
    while (bytes < 131_072) {
      const output = await frozen.next("output");
      bytes += output.bytes.length;
      seen = output.offset + output.bytes.length;
    }
    assertEquals([bytes, frozen.frames.untaken], [131_072, 0]);
    frozen.send({ type: "ack", offset: seen });
    const gap = await frozen.next("gap");
    assertEquals(gap.from, seen);
    assertEquals((await frozen.next("output")).offset, gap.to);
    assert(served.terminal.stats().skippedBytes > 0);
  },
);

Deno.test(
  "a viewer that sends requests and reads no replies is disconnected",
  bounded,
  async () => {
    await using served = new Served();
    const { id } = await served.terminal.start();
    const cookie = await served.login();
    const over = new Promise<void>((resolve) => {
      served.system.events.subscribe((event) => {
        if (
          event.type === "stopped" && event.actor.path.includes("/sockets/")
        ) {
          resolve();
        }
      });
    });
    using connection = await Deno.connect({
      hostname: "127.0.0.1",
      port: served.server.addr.port,
    });
    await connection.write(new TextEncoder().encode(
      [
        `GET /sessions/${id}/attach?client=a HTTP/1.1`,
        `Host: ${served.host}`,
        `Origin: http://${served.host}`,
        `Cookie: ${cookie}`,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol: troupe-terminal.v2",
        "\r\n",
      ].join("\r\n"),
    ));
    const latin1 = new TextDecoder("latin1");
    const buffer = new Uint8Array(65_536);
    /** Reads until something has come, or the connection has ended. */
    const readUntil = async (expected: RegExp) => {
      for (let text = ""; !expected.test(text);) {
        const count = await connection.read(buffer).catch(() => null);
        if (count === null) return;
        text = text.slice(-16) + latin1.decode(buffer.subarray(0, count));
      }
    };
    // What is sent before the ROLE is kept, and that has a limit of its own.
    await readUntil(/\r\n\r\n./s);
    // A thousand masked frames with a PING each.
    const ping = [0x82, 0x85, 0, 0, 0, 0, 5, 0, 0, 0, 1];
    const pings = new Uint8Array(Array(1000).fill(ping).flat());
    let flooding = true;
    const flood = (async () => {
      // All of each frame: one that is cut short is no frame.
      for (let at = 0; flooding; at %= pings.length) {
        at += await connection.write(pings.subarray(at));
      }
    })().catch(() => {});
    await over;
    flooding = false;
    assertEquals(served.terminal.stats().overflows, 1);
    // Its last operation ends with the Close frame, or with the connection.
    await readUntil(/\x88/);
    connection.close();
    await flood;
  },
);

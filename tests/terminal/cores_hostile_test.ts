// Viewers of sessions in other workers that are cut, slow or hostile.
import { assert, assertEquals } from "@std/assert";
import {
  ErrorCode,
  MAX_INPUT_BYTES,
} from "../../src/terminal/attach/protocol.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { randomFrom } from "../support/random.ts";
import { isSlow } from "../support/slow.ts";
import { numbered, Page } from "./attach/headless_page.ts";
import { block } from "./modules/shared_shells_topics.ts";
import { cookieFor, onWorkers, SharedServed } from "./shared.ts";

const YES = { name: "yes", command: "yes", args: [] };

Deno.test(
  "a page whose sockets are cut, and land in any worker, types and shows everything once",
  onWorkers,
  async () => {
    await using served = await SharedServed.start({
      handshakesPerMinute: 100_000,
    });
    const cookie = await served.login("any");
    const id = await served.startIn(0);
    await using proxy = new FaultProxy({
      port: Number(served.hostOf("any").split(":")[1]),
    });
    const host = `127.0.0.1:${proxy.address.port}`;
    const page = new Page(id, {
      open: (path) => served.open(path, cookie, host),
      status: async (path) => {
        const response = await served.request(1, "GET", path, { cookie });
        await response.body?.cancel();
        return response.status;
      },
    });
    const random = randomFrom(7);
    const text = numbered(isSlow ? 50_000 : 5000);
    page.client.attach();
    await page.shown("ready\n".length);
    let cuts = 0;
    for (let typed = 0; typed < text.length;) {
      const size = 1 + Math.floor(random() * 20_000);
      const piece = text.slice(typed, typed + size);
      page.client.type(new TextEncoder().encode(piece));
      typed += piece.length;
      cuts++;
      proxy.cutAfter(
        Math.floor(random() * 20_000),
        random() < 0.5 ? "to_target" : "to_dialler",
      );
      await page.shown("ready\n".length + Math.floor(typed * 0.8));
    }
    assertEquals(
      await page.shown("ready\n".length + text.length),
      `ready\n${text}`,
    );
    assert(
      cuts > 3 && page.sockets > 3,
      `${cuts} cuts, ${page.sockets} sockets`,
    );
    page.client.detach();
  },
);

Deno.test(
  "output that a viewer in another worker does not acknowledge stops the program",
  onWorkers,
  async () => {
    await using served = await SharedServed.start({}, { commands: [YES] });
    const id = await served.startIn(0);
    const cookie = await served.login(1);
    const viewer = served.view(1, id, cookie);
    let end: number | undefined;
    let sent = 0;
    while (sent < 131_072) {
      const { offset, bytes } = await viewer.next("output");
      assertEquals(offset, end ?? offset);
      end = offset + bytes.length;
      sent += bytes.length;
    }
    assert(end !== undefined && sent === 131_072);
    assertEquals((await served.inspect(1, id, cookie)).paused, true);
    assertEquals(viewer.frames.untaken, 0);
    for (let i = 0; i < 20; i++) {
      viewer.send({ type: "ack", offset: end });
      const { offset, bytes } = await viewer.next("output");
      assertEquals(offset, end);
      end += bytes.length;
    }
  },
);

Deno.test(
  "a viewer that sends more than another worker takes is disconnected, and may come again",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    const id = await served.startIn(0);
    const cookie = await served.login(1);
    const viewer = served.view(1, id, cookie, { clientId: "page" });
    await viewer.until("ready\n");
    const gate = new Int32Array(new SharedArrayBuffer(4));
    served.service.tell(0, block, gate);
    const bytes = new Uint8Array(MAX_INPUT_BYTES);
    // Its window is four such frames; the worker takes none of them.
    for (let sequence = 1; sequence <= 20; sequence++) {
      viewer.send({ type: "input", sequence, bytes });
    }
    assertEquals(await viewer.closed, 4000 + ErrorCode.LIMIT);
    assertEquals(served.terminal.stats().overflows, 1);
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    const next = served.view(1, id, cookie, { clientId: "page" });
    assertEquals((await next.next("role")).role, "control");
  },
);

Deno.test(
  "a viewer that sends and reads nothing is disconnected by the worker that has its socket",
  onWorkers,
  async () => {
    await using served = await SharedServed.start();
    const id = await served.startIn(0);
    const cookie = await served.login(1);
    using connection = await dial(served, id, cookie, Infinity);
    // It is attached then; sending before is against the protocol.
    const buffer = new Uint8Array(4096);
    for (let text = ""; !text.includes("ready");) {
      const count = await connection.read(buffer) ?? 0;
      text += new TextDecoder().decode(buffer.subarray(0, count));
    }
    // A thousand masked frames with a PING each.
    const ping = [0x82, 0x85, 0, 0, 0, 0, 5, 0, 0, 0, 1];
    const pings = new Uint8Array(Array(1000).fill(ping).flat());
    let isFlooding = true;
    const flood = (async () => {
      while (isFlooding) await connection.write(pings);
    })().catch(() => {});
    while (served.terminal.stats().overflows === 0) await turns();
    const other = served.view(1, id, cookie);
    await other.until("ready\n");
    isFlooding = false;
    connection.close();
    await flood;
    while (served.terminal.stats().attachments > 1) await turns();
  },
);

Deno.test(
  "sockets that are dropped in their handshake with another worker leave nothing behind",
  onWorkers,
  async () => {
    await using served = await SharedServed.start({
      handshakesPerMinute: 10_000,
    });
    const id = await served.startIn(0);
    const cookie = await served.login(1);
    // In the request, after it, and after the response.
    for (let i = 0; i < 90; i++) {
      using connection = await dial(
        served,
        id,
        cookie,
        i % 3 === 0 ? 100 : Infinity,
      );
      if (i % 3 === 2) await connection.read(new Uint8Array(4096));
    }
    while (served.terminal.stats().attachments > 0) await turns();
    const viewer = served.view(1, id, cookie);
    await viewer.until("ready\n");
    while ((await served.inspect(1, id, cookie)).controllers > 1) await turns();
    viewer.socket.close();
    await viewer.closed;
    // Its servers shut down only when no connection is left.
    await served.service.close();
  },
);

/** Connects to the second worker, and requests a socket, or starts to. */
async function dial(
  served: SharedServed,
  id: string,
  cookie: string,
  bytes: number,
): Promise<Deno.TcpConn> {
  const host = served.hostOf(1);
  const connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(host.split(":")[1]),
  });
  const request = [
    `GET /sessions/${id}/attach?client=${crypto.randomUUID()} HTTP/1.1`,
    `Host: ${host}`,
    `Origin: http://${host}`,
    `Cookie: ${cookieFor(host, cookie)}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: troupe-terminal.v2",
    "\r\n",
  ].join("\r\n");
  await connection.write(new TextEncoder().encode(request).slice(0, bytes));
  return connection;
}

/** Lets other threads work. */
function turns(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

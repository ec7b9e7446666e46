// The client of the page, over a socket that is cut.
import { assert, assertEquals } from "@std/assert";
import { realClock } from "../../../src/actor/clock.ts";
import { TerminalClient } from "../../../src/terminal/page/client.ts";
import type { SocketEvents } from "../../../src/terminal/page/client_contract.ts";
import { FaultProxy } from "../../support/fault_proxy.ts";
import { bounded } from "../../support/net.ts";
import { randomFrom } from "../../support/random.ts";
import { Served } from "../served.ts";

/** A page without a browser, whose sockets go through a proxy. */
class Page {
  readonly client: TerminalClient;
  /** Number of connections. */
  sockets = 0;
  #text = "";
  #changed = Promise.withResolvers<void>();

  constructor(served: Served, id: string, cookie: string, host: string) {
    const decoder = new TextDecoder();
    this.client = new TerminalClient({
      sessionId: id,
      clientId: "page",
      screen: {
        write: (bytes, parsed) => {
          this.#text += decoder.decode(bytes, { stream: true });
          parsed();
          this.#changed.resolve();
          this.#changed = Promise.withResolvers();
        },
        resize() {},
      },
      connect: (path, events) => {
        this.sockets++;
        return connect(served.open(path, cookie, host), events);
      },
      status: (path) =>
        served.request("GET", path, { cookie }).then(async (response) => {
          await response.body?.cancel();
          return response.status;
        }),
      changed: () => {},
      latency: () => {},
      notice: () => {},
      clock: realClock,
      // Tries again at once.
      random: () => 0,
    });
  }

  /** Waits until a number of characters were shown, and returns all. */
  async shown(length: number): Promise<string> {
    while (this.#text.length < length) await this.#changed.promise;
    return this.#text;
  }
}

function connect(socket: WebSocket, events: SocketEvents) {
  socket.binaryType = "arraybuffer";
  socket.onerror = (event) => event.preventDefault();
  socket.onmessage = ({ data }) => events.received(new Uint8Array(data));
  socket.onclose = ({ code }) => events.closed(code);
  return {
    send: (bytes: Uint8Array<ArrayBuffer>) => socket.send(bytes),
    close: () => socket.close(),
  };
}

/** Text in which every piece is different. */
function numbered(lines: number): string {
  return Array.from({ length: lines }, (_, n) => `line ${n} of ${lines}\n`)
    .join("");
}

for (const seed of [1, 2, 3]) {
  Deno.test(
    `a WebSocket that is cut at random bytes types and shows everything once, with seed ${seed}`,
    bounded,
    async () => {
      await using served = new Served({ handshakesPerMinute: 10_000 });
      const { id } = await served.terminal.start();
      await using proxy = new FaultProxy({ port: served.server.addr.port });
      const host = `127.0.0.1:${proxy.address.port}`;
      const page = new Page(served, id, await served.login(), host);
      const random = randomFrom(seed);
      const text = numbered(10_000);
      page.client.attach();
      await page.shown("ready\n".length);
      let typed = 0;
      let cuts = 0;
      while (typed < text.length) {
        const size = 1 + Math.floor(random() * 20_000);
        page.client.type(
          new TextEncoder().encode(text.slice(typed, typed + size)),
        );
        typed += size;
        if (random() < 0.5) {
          cuts++;
          proxy.cutAfter(
            Math.floor(random() * 20_000),
            random() < 0.5 ? "to_target" : "to_dialler",
          );
        }
        await page.shown(
          "ready\n".length + Math.floor(Math.min(typed, text.length) * 0.8),
        );
      }
      assertEquals(
        await page.shown("ready\n".length + text.length),
        `ready\n${text}`,
      );
      assert(
        cuts > 3 && page.sockets > 3,
        `${cuts} cuts, ${page.sockets} sockets`,
      );
      assertEquals(served.failures, []);
      page.client.detach();
    },
  );
}

Deno.test("a paste of 10 MB arrives whole", bounded, async () => {
  await using served = new Served();
  const { id } = await served.terminal.start();
  const page = new Page(served, id, await served.login(), served.host);
  const text = numbered(500_000).slice(0, 10_000_000);
  page.client.attach();
  await page.shown("ready\n".length);
  page.client.type(new TextEncoder().encode(text));
  const shown = await page.shown("ready\n".length + text.length);
  assert(shown === `ready\n${text}`);
  page.client.detach();
});

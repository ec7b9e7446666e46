// The client of the page, over a socket that is cut.
import { assert, assertEquals } from "@std/assert";
import { FaultProxy } from "../../support/fault_proxy.ts";
import { bounded } from "../../support/net.ts";
import { randomFrom } from "../../support/random.ts";
import { Served } from "../served.ts";
import { numbered, Page } from "./headless_page.ts";

/** A page of a server, whose sockets go to a host. */
function pageOf(
  served: Served,
  id: string,
  cookie: string,
  host: string,
): Page {
  return new Page(id, {
    open: (path) => served.open(path, cookie, host),
    status: async (path) => {
      const response = await served.request("GET", path, { cookie });
      await response.body?.cancel();
      return response.status;
    },
  });
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
      const page = pageOf(served, id, await served.login(), host);
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
  const page = pageOf(served, id, await served.login(), served.host);
  const text = numbered(500_000).slice(0, 10_000_000);
  page.client.attach();
  await page.shown("ready\n".length);
  page.client.type(new TextEncoder().encode(text));
  const shown = await page.shown("ready\n".length + text.length);
  assert(shown === `ready\n${text}`);
  page.client.detach();
});

import { assert, assertEquals } from "@std/assert";
import { MetricsCollector } from "../../src/metrics/collector.ts";
import { serveMetrics } from "../../src/metrics/serve_metrics.ts";
import { Net } from "../support/net.ts";
import { inBrowser, TestBrowser } from "../terminal/browser.ts";
import { auditPage } from "./axe.ts";
import { fits } from "./served_page.ts";

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(
    `in a browser, sessions and streams show who waits for whom, ${colorScheme} and on a phone`,
    inBrowser,
    async () => {
      await using net = new Net();
      await using collector = new MetricsCollector({ system: net.system });
      await using metrics = serveMetrics(collector, {
        connections: [net.listener, net.pool],
      });
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        metrics.fetch,
      );
      const [orders, served] = await net.pair({ id: "orders" });
      await net.pair({ id: "prices" });
      // More than the other side, which reads nothing, has credit for.
      const sent = orders.send(new Uint8Array(4_000_000));
      sent.catch(() => {});
      await using browser = await TestBrowser.open({
        colorScheme,
        viewport: { width: 390, height: 844 },
        isMobile: true,
      });
      const { page } = browser;
      await browser.open(
        `http://127.0.0.1:${server.addr.port}/#connections`,
      );
      await page.getByText("2 sessions · 4 streams").waitFor();
      const { port } = net.listener.address;
      const row = (place: string, hasText: string) =>
        page.locator(`#${place} tbody tr:not(.space)`, { hasText });
      await row("streams-table", "orders")
        .getByText("we, for the peer to read").waitFor();
      await row("streams-table", "orders")
        .getByText("the peer, for us to read").waitFor();
      assertEquals(await row("streams-table", "").count(), 4);
      assertEquals(await auditPage(page), []);
      assert(await fits(browser));
      // Those of one session alone.
      await page.getByRole("button", { name: `127.0.0.1:${port}` }).click();
      await page.getByRole("heading", { name: /^Streams of 127/ }).waitFor();
      await row("streams-table", "to read").first().waitFor();
      await page.getByRole("button", { name: "Show all" }).click();
      await page.getByRole("searchbox").fill("prices");
      await row("streams-table", "orders").first()
        .waitFor({ state: "detached" });
      assertEquals(await row("streams-table", "prices").count(), 2);
      // They wait no more when the other side reads.
      await page.getByRole("searchbox").fill("");
      void served.receive();
      await sent;
      await page.getByText("0 streams wait").waitFor();
      browser.assertQuiet();
    },
  );
}

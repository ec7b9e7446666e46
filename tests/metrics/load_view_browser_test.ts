import { assert, assertEquals } from "@std/assert";
import { failed } from "../load/report/results.ts";
import { inBrowser, TestBrowser } from "../terminal/browser.ts";
import { auditPage } from "./axe.ts";
import { fits, Served, shows, view } from "./served_page.ts";
import { fullSnapshot } from "./snapshots.ts";

/** The cells of the rows of a table, by its name. */
function rows({ page }: TestBrowser, name: string): Promise<string[]> {
  return page.getByRole("region", { name, exact: true }).locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.children].map(({ textContent }) => textContent).join(" | ")
      )
    );
}

Deno.test(
  "in a browser, a load test has its name, criteria as they stand, operations and errors",
  inBrowser,
  async () => {
    await using served = new Served();
    served.load(1);
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.open(served.address);
    await page.getByRole("heading", { name: "checkout of a shop" }).waitFor();
    await page.getByText("A login, a basket and a checkout").waitFor();
    await page.locator("#load-state", { hasText: "ramp-up, 0:01 of 1:00" })
      .waitFor();
    const criterion = (text: string) =>
      page.locator("#load-criteria tbody tr", { hasText: text });
    await criterion("latency.p99 ≤ 50 ms").getByText("no data yet").waitFor();
    for (let n = 2; n <= 20; n++) served.load(n);
    await criterion("latency.p99 ≤ 50 ms").getByText("✓ yes").waitFor();
    assertEquals(await rows(browser, "Criteria as they stand"), [
      "latency.p99 ≤ 50 ms | ✓ yes | 14 ms",
      "errorRate of write ≤ 1 % | ✓ yes | 0 %",
    ]);
    assertEquals(await page.locator("#load-errors").isVisible(), false);
    for (let n = 21; n <= 45; n++) served.load(n);
    const broken = criterion("errorRate of write");
    await broken.getByText("✗ no").waitFor();
    await broken.getByText("1.5 %").waitFor();
    // Those who do not see it hear of it.
    await page.locator("#announcer", {
      hasText: "errorRate of write ≤ 1 % does not hold any more.",
    }).waitFor({ state: "attached" });
    const operations = await rows(browser, "Operations");
    assertEquals(operations.map((row) => row.split(" | ")[0]), [
      "read",
      "write",
      "all",
    ]);
    assertEquals(await rows(browser, "Errors"), [
      "CheckError: status is 503, expected 200 | 30",
    ]);
    await shows(browser, "Throughput", "planned", "");
    assertEquals(
      await page.locator("#load-progress").getAttribute("value"),
      "45000",
    );
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, the end of a load test stays, with the place of its report, when its server is gone",
  inBrowser,
  async () => {
    await using served = new Served();
    for (let n = 0; n <= 40; n++) served.load(n);
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.open(served.address);
    await shows(browser, "Users", "in flight", "20");
    served.loadEnd(failed, "load-results/chat-1/report.html");
    await served.stop();
    await browser.phase("ended");
    const end = page.locator("#load-end");
    await end.getByText("The run has ended: failed").waitFor();
    await end.getByText("latency.p99 must be below 30 ms").waitFor();
    await end.getByText("load-results/chat-1/report.html").waitFor();
    await page.locator("#load-state", { hasText: "took 0:11 · 1,290 ok" })
      .waitFor();
    // The criteria are those of the end, and the charts are still there.
    await page.locator("#load-criteria tr", { hasText: "latency.p99 < 30 ms" })
      .getByText("✗ no").waitFor();
    await shows(browser, "Users", "in flight", "20");
    assertEquals(await page.locator("#load-progress").isVisible(), false);
    assertEquals(await auditPage(page), []);
    // Another run on the same port is shown from its start.
    served.start();
    served.load(0);
    await browser.phase("connected");
    await page.locator("#load-state", { hasText: "0:00 of 1:00" }).waitFor();
    assertEquals(await end.isVisible(), false);
  },
);

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(
    `in a browser, the views of load, process and instruments keep nobody out, ${colorScheme} and on a phone`,
    inBrowser,
    async () => {
      await using served = new Served();
      for (let n = 1; n <= 30; n++) served.feed.push(fullSnapshot(n));
      for (let n = 0; n <= 45; n++) served.load(n);
      const alert = { name: "memory", atMs: 1000, steadyMs: 1000, value: 1 };
      served.feed.alert({ ...alert, state: "firing", message: "high" });
      await using browser = await TestBrowser.open({
        colorScheme,
        viewport: { width: 390, height: 844 },
        isMobile: true,
      });
      await browser.open(served.address);
      for (const name of ["Load test", "Process", "Instruments"]) {
        await view(browser, name);
        await browser.page.locator(".panel canvas:visible").first().waitFor();
        assertEquals(await auditPage(browser.page), [], name);
        assert(await fits(browser), name);
      }
      browser.assertQuiet();
    },
  );
}

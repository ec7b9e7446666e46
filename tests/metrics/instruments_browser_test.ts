import { assertEquals } from "@std/assert";
import { inBrowser, TestBrowser } from "../terminal/browser.ts";
import { Served, shows, titles, view } from "./served_page.ts";
import { fullSnapshot } from "./snapshots.ts";

Deno.test(
  "in a browser, the application's instruments have a table and charts",
  inBrowser,
  async () => {
    await using served = new Served();
    for (let n = 1; n <= 20; n++) served.feed.push(fullSnapshot(n));
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.open(served.address);
    await view(browser, "Instruments");
    await shows(browser, "orders", "route=/orders", "5");
    await shows(browser, "queue.length", "value", "-2");
    await shows(browser, "latency", "p99", "4");
    assertEquals(await titles(browser), [
      "orders /s",
      "queue.length order",
      "latency ms",
    ]);
    const row = (name: string) =>
      page.locator("#instruments-table tbody tr:not(.space)", {
        hasText: name,
      });
    await row("orders").getByText("100", { exact: true }).waitFor();
    served.feed.push(fullSnapshot(21));
    await row("orders").getByText("105", { exact: true }).waitFor();
    // The filter is one key away, and is for the table and the charts.
    await page.keyboard.press("/");
    await page.keyboard.type("queue");
    await page.locator("#instruments-matching", { hasText: "1 shown" })
      .waitFor();
    assertEquals(await titles(browser), ["queue.length order"]);
    assertEquals(await row("").count(), 1);
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, tabs are chosen with arrow keys, and the address keeps the choice",
  inBrowser,
  async () => {
    await using served = new Served();
    served.feed.push(fullSnapshot(1));
    served.load(1);
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.open(served.address);
    const tab = (name: string) => page.getByRole("tab", { name, exact: true });
    const isShown = (name: string) =>
      page.locator(`[role=tab][aria-selected=true]`, { hasText: name })
        .waitFor();
    await isShown("Load test");
    await tab("Instruments").waitFor();
    await tab("Load test").focus();
    await page.keyboard.press("ArrowRight");
    await isShown("Process");
    await page.keyboard.press("ArrowRight");
    await isShown("Instruments");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowLeft");
    await isShown("Instruments");
    await page.reload();
    await browser.phase("connected");
    await isShown("Instruments");
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, a range is chosen from what is kept, and time has marks from the first second",
  inBrowser,
  async () => {
    await using served = new Served();
    for (let n = 1; n <= 2000; n++) served.feed.push(fullSnapshot(n));
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.open(served.address);
    await shows(browser, "Actors", "pool", "12");
    /** What the page asks for when a range is chosen. */
    const asked = async (range: string): Promise<string> => {
      const request = page.waitForRequest(/history\.json/);
      await page.getByLabel("Range").selectOption(range);
      return new URL((await request).url()).search;
    };
    assertEquals(await asked("1 min"), "?last=61");
    assertEquals(await asked("1 h"), "?last=3601");
    await shows(browser, "Actors", "pool", "12");
    assertEquals(await asked("all"), "?last=10000");
    served.feed.push(fullSnapshot(2001));
    await shows(browser, "Messages handled", "pool", "200");
    browser.assertQuiet();
  },
);

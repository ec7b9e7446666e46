import { assert, assertEquals } from "@std/assert";
import { inBrowser, TestBrowser } from "../terminal/browser.ts";
import { auditPage } from "./axe.ts";
import { BusyProgram } from "./busy_program.ts";
import { fits, view } from "./served_page.ts";

/** The rows of the table of actors, or those with a text. */
function rows({ page }: TestBrowser, hasText: string | RegExp = "") {
  return page.locator("#actors-table tbody tr:not(.space)", { hasText });
}

Deno.test(
  "in a browser, a table of 10,000 actors under load has few rows in the page, each update and every key",
  inBrowser,
  async () => {
    await using program = await BusyProgram.start(100);
    program.load();
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.open(program.address);
    await view(browser, "Actors");
    await page.locator("#actors-summary", { hasText: "10,0" }).waitFor();
    // The most rows that there ever are, whatever is done.
    await page.evaluate(`{
      window.most = 0;
      const body = document.querySelector("#actors-table tbody");
      new MutationObserver(() => {
        window.most = Math.max(window.most, body.rows.length);
      }).observe(body, { childList: true });
    }`);
    await page.getByRole("button", { name: "All open" }).click();
    await page.locator("#actors-matching", { hasText: /10,0\d\d shown/ })
      .waitFor();
    await page.getByRole("button", { name: "Actor", exact: true }).click();
    await rows(browser, "pool-0/worker-1").first().waitFor();
    // To the end and back, with gaps that are filled.
    const scroller = page.getByRole("region", { name: "Actors", exact: true });
    for (const top of [1e6, 100_000, 0]) {
      await scroller.evaluate((element, top) => element.scrollTop = top, top);
      await rows(browser, "pool-").first().waitFor();
      await rows(browser, "…").first().waitFor({ state: "detached" });
    }
    const last = rows(browser, /users|shop|pool-99/).last();
    await scroller.evaluate((element) => element.scrollTop = 1e6);
    await last.waitFor();
    // Input is handled, and each update is applied.
    await page.keyboard.press("/");
    await page.keyboard.type("shop/orders");
    const orders = rows(browser, "shop/orders");
    await orders.waitFor();
    for (let handled = 1; handled <= 3; handled++) {
      program.orders.tell("count");
      await orders.locator("td").nth(5).filter({ hasText: `${handled}` })
        .waitFor();
    }
    const most = Number(await page.evaluate("window.most"));
    assert(most > 20 && most < 100, `${most} rows`);
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, an actor has its last failure, its dead letters and the state that its author shows",
  inBrowser,
  async () => {
    await using program = await BusyProgram.start(2);
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.open(`${program.address}#actors`);
    // Closed until its row is opened with a key.
    await rows(browser, "shop").waitFor();
    assertEquals(await rows(browser, "orders").count(), 0);
    await page.getByRole("button", { name: /^pool-0/ }).focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowRight");
    await rows(browser, "orders").waitFor();
    program.orders.tell("count");
    program.orders.tell("crash");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const details = page.getByRole("region", { name: "One actor" });
    await details.getByText("Error: The order has no address").waitFor();
    await details.getByText(`"orders": 1`).waitFor();
    await details.getByText("Restarts").waitFor();
    await page.keyboard.press("Escape");
    await details.waitFor({ state: "hidden" });
    // Where one was before.
    assertEquals(
      await page.evaluate("document.activeElement.textContent"),
      "orders",
    );
    const [gone] = program.workers;
    await gone?.stop();
    gone?.tell("count");
    gone?.tell("count");
    const letters = page.getByRole("region", { name: "Dead letters" });
    await letters.getByText("pool-0/worker-1").first().waitFor();
    await letters.getByText("stopped").first().waitFor();
    browser.assertQuiet();
  },
);

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(
    `in a browser, the view of actors keeps nobody out, ${colorScheme} and on a phone`,
    inBrowser,
    async () => {
      await using program = await BusyProgram.start(2);
      await using browser = await TestBrowser.open({
        colorScheme,
        viewport: { width: 390, height: 844 },
        isMobile: true,
      });
      const { page } = browser;
      await browser.open(`${program.address}#actors`);
      program.orders.tell("crash");
      await page.getByRole("button", { name: "All open" }).click();
      await rows(browser, "worker-1").first().waitFor();
      assertEquals(await auditPage(page), []);
      assert(await fits(browser));
      await page.getByRole("button", { name: "worker-2", exact: true }).first()
        .click();
      await page.getByRole("region", { name: "One actor" })
        .getByText("Handled").waitFor();
      assertEquals(await auditPage(page), []);
      assert(await fits(browser));
      browser.assertQuiet();
    },
  );
}

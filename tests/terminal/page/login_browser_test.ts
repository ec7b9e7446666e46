// The login: a link, a real server and a real shell.
import { assert, assertEquals } from "@std/assert";
import { inBrowser, TestBrowser } from "../browser.ts";
import { Served } from "../served.ts";

Deno.test(
  "in a browser, a link with a ticket leads to a shell, and no address contains the ticket",
  inBrowser,
  async () => {
    await using served = new Served({
      commands: [{ name: "shell", command: "/bin/sh" }],
    });
    const ticket = served.terminal.ticket({
      role: "control",
      session: "all",
    });
    await using browser = await TestBrowser.open();
    await browser.open(`http://${served.host}/#ticket=${ticket}`);
    await browser.page.waitForURL(/\?session=/);
    await browser.page.waitForSelector("#state[data-phase=connected]");
    await browser.page.keyboard.type("echo $((6 * 7))1\n");
    await browser.shows("421");
    assert(!browser.page.url().includes(ticket));
    assertEquals(await browser.page.evaluate("document.cookie"), "");
    await browser.page.reload();
    await browser.shows("421");
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, a link with an invalid ticket shows the reason",
  inBrowser,
  async () => {
    await using served = new Served();
    await using browser = await TestBrowser.open();
    await browser.page.goto(`http://${served.host}/#ticket=used`);
    await browser.page.locator("#text", { hasText: "expired" }).waitFor();
    assertEquals(browser.page.url(), `http://${served.host}/`);
    // The link that one asks for then is opened in the same tab.
    await browser.enter(served);
    assertEquals(new URL(browser.page.url()).hash, "");
  },
);

import { inBrowser, TestBrowser } from "./browser.ts";
import { onWorkers, SharedServed } from "./shared.ts";

Deno.test(
  "in a browser, a page works whichever workers its requests and sockets land in",
  { ...inBrowser, ignore: inBrowser.ignore || onWorkers.ignore },
  async () => {
    await using served = await SharedServed.start();
    await using browser = await TestBrowser.open();
    const ticket = served.terminal.ticket({ role: "control", session: "all" });
    await browser.open(`http://${served.hostOf("any")}/#ticket=${ticket}`);
    await browser.shows("ready");
    await browser.page.keyboard.type("typed");
    await browser.shows("typed");
    for (let i = 0; i < 4; i++) {
      await browser.page.reload();
      await browser.phase("connected");
      await browser.shows("typed");
    }
    browser.assertQuiet();
  },
);

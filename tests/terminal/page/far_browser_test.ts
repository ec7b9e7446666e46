// What takes a browser of its own, or a large program: in the slow size alone.
import { assertEquals } from "@std/assert";
import { isSlow } from "../../support/slow.ts";
import { inBrowser, inBrowserWith, TestBrowser } from "../browser.ts";
import { Served } from "../served.ts";
import { Fingers, PHONE } from "./fingers.ts";

const SHELL = { name: "shell", command: "/bin/sh" };

/** Options of a test that is run in the slow size alone. */
function slowly(options: typeof inBrowser): typeof inBrowser {
  return { ...options, ignore: options.ignore || !isSlow };
}

Deno.test(
  "in a browser, the terminal works over plain HTTP on another name, without a complaint",
  slowly(inBrowser),
  async () => {
    // This machine, by a name that browsers do not trust.
    const name = "terminal.test";
    await using served = new Served({ commands: [SHELL], hosts: [name] });
    const { port } = served.server.addr;
    await using browser = await TestBrowser.openAs(name);
    await browser.enter(served, {}, `${name}:${port}`);
    await browser.page.keyboard.type("echo $((6 * 7))1\n");
    await browser.shows("421");
    assertEquals(await browser.page.evaluate("isSecureContext"), false);
    browser.assertQuiet();
  },
);

Deno.test(
  "on a phone, a finger scrolls vim by the reports of its mouse",
  slowly(inBrowserWith("vim")),
  async () => {
    await using served = new Served({ commands: [SHELL] });
    await using browser = await TestBrowser.open(PHONE);
    await browser.enter(served);
    const fingers = await Fingers.on(browser.page);
    await browser.page.keyboard.type(
      "seq 1 500 | vim -u NONE -i NONE -c 'set mouse=a ttymouse=sgr' -\n",
    );
    await browser.showsRow(/^1\s*$/);
    await browser.showsRow(/stdin|500 lines|500L/);
    await fingers.drag([200, 550], [200, 150]);
    await browser.showsRow(/^60\s*$/);
    browser.assertQuiet();
  },
);

// Fingers on the terminal, with real programs.
import { assert, assertEquals } from "@std/assert";
import { inBrowser, TestBrowser } from "../browser.ts";
import { Served } from "../served.ts";
import { Fingers, PHONE } from "./fingers.ts";

Deno.test(
  "on a phone, a finger scrolls the output and less, selects, and two change the font",
  inBrowser,
  async () => {
    const shell = { name: "shell", command: "/bin/sh" };
    await using served = new Served({
      commands: [shell],
      env: { LANG: "C.UTF-8", PS1: "$ ", LESS: "", PAGER: "less" },
    });
    await using browser = await TestBrowser.open({
      ...PHONE,
      reducedMotion: "reduce",
    });
    const { page } = browser;
    await browser.enter(served);
    const fingers = await Fingers.on(page);
    const down = () => fingers.drag([200, 150], [200, 550]);
    const up = () => fingers.drag([200, 550], [200, 150]);

    await page.keyboard.type("seq 1 500\n");
    await browser.showsRow(/^500\s*$/);
    await down();
    await browser.showsRow(/^460\s*$/);
    const first = Number((await browser.lines())[0]);
    assert(first < 450, `${first}`);
    await up();
    await browser.showsRow(/^500\s*$/);

    // Arrow keys, as the wheel types them.
    await page.keyboard.type("seq 1 500 | less\n");
    await browser.showsRow(/^1\s*$/);
    await browser.showsRow(/^:\s*$/);
    await up();
    await browser.showsRow(/^50\s*$/);
    await page.keyboard.type("q");
    await page.keyboard.type("clear; echo one two$((1 + 1))\n");
    await browser.showsRow(/^one two2\s*$/);
    const word = page.locator(".xterm-rows > div", { hasText: "one two2" });
    const box = await word.boundingBox();
    const y = (box?.y ?? 0) + 8;
    await fingers.down([(box?.x ?? 0) + 50, y]);
    await page.locator("#selection").waitFor({ state: "hidden" });
    await browser.until(
      "document.querySelectorAll('.xterm-selection div').length > 0",
    );
    await fingers.up();
    await page.locator("#selection").waitFor();
    await page.tap("#selection-copy");
    await page.getByText("Copied 4 characters").waitFor();
    await page.locator("#selection").waitFor({ state: "hidden" });

    await fingers.down([150, 300], [250, 300]);
    await fingers.move([100, 300], [300, 300]);
    await fingers.up();
    await browser.until(
      `JSON.parse(localStorage["troupe-terminal"]).fontSize === 28`,
    );
    await page.tap("[data-key=smaller]");
    await browser.until(
      `JSON.parse(localStorage["troupe-terminal"]).fontSize === 27`,
    );
    assertEquals(await page.locator("#keys button").count(), 20);
    browser.assertQuiet();
  },
);

// The size of another viewer, a page that is hidden, and a replay.
import { assert, assertEquals } from "@std/assert";
import type { ClientFrame } from "../../../src/terminal/attach/protocol.ts";
import { text, utf8 } from "../../support/bytes.ts";
import { inBrowser, TestBrowser } from "../browser.ts";
import { PHONE } from "./fingers.ts";
import { StubServer } from "./stub_server.ts";

const owner = { clientId: "other", name: "a computer" };

/** Waits for a frame of a type from the page. */
async function next(
  server: StubServer,
  type: ClientFrame["type"],
): Promise<ClientFrame> {
  for (;;) {
    const frame = await server.received.next();
    if (frame.type === type) return frame;
  }
}

Deno.test(
  "in a browser, the page fits the size of another viewer, follows its cursor, and offers its own",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open(PHONE);
    const { page } = browser;
    await browser.open(server.page());
    await next(server, "resize");
    const font = () =>
      page.evaluate(
        "getComputedStyle(document.querySelector('.xterm-rows')).fontSize",
      );
    assertEquals(await font(), "14px");
    // What was written before keeps its width, though all arrives at once.
    server.send({ type: "size", columns: 20, rows: 30, owner });
    server.write(utf8("\x1b[1;30Hx\r\n"));
    server.send({ type: "size", columns: 60, rows: 30, owner });
    server.write(utf8("after"));
    await browser.shows("after");
    assertEquals((await browser.lines())[0], `${" ".repeat(19)}x`);
    await page.getByText("60×30, the size of a computer").waitFor();
    assert(Number.parseFloat(`${await font()}`) < 14);
    await page.locator("#terminal.foreign").waitFor();

    server.send({ type: "size", columns: 200, rows: 100, owner });
    server.write(utf8("\x1b[100;1Hthe prompt"));
    await browser.shows("the prompt");
    const isSeen = `(() => {
      const rows = [...document.querySelectorAll(".xterm-rows > div")];
      const row = rows.find((row) => row.textContent.startsWith("the prompt"));
      const { top, bottom, left } = row.getBoundingClientRect();
      const all = document.querySelector("#terminal").getBoundingClientRect();
      return top >= all.top && bottom <= all.bottom + 1 && left >= all.left - 1;
    })()`;
    await browser.until(isSeen);

    await page.tap("#size-use");
    await next(server, "use_size");
    await page.locator("#size").waitFor({ state: "hidden" });
    assertEquals(await font(), "14px");
    assertEquals(await page.locator("#terminal.foreign").count(), 0);
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, a hidden page says so, and a reload types no report of the focus",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.open(server.page());
    server.write(utf8("\x1b[?1004hready"));
    await browser.shows("ready");
    await next(server, "ack");
    const show = (state: string) =>
      page.evaluate(`
        Object.defineProperty(document, "visibilityState", {
          value: "${state}", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      `);
    await show("hidden");
    assertEquals(await next(server, "visibility"), {
      type: "visibility",
      hidden: true,
    });
    await show("visible");
    assertEquals(await next(server, "visibility"), {
      type: "visibility",
      hidden: false,
    });
    await page.reload();
    await browser.phase("connected");
    await browser.shows("ready");
    await page.keyboard.type("x");
    const frame = await next(server, "input");
    assertEquals(frame.type === "input" && text(frame.bytes), "x");
    browser.assertQuiet();
  },
);

import { assert, assertEquals } from "@std/assert";
import { auditPage } from "../../metrics/axe.ts";
import { text, utf8 } from "../../support/bytes.ts";
import { inBrowser, TestBrowser } from "../browser.ts";
import { StubServer } from "./stub_server.ts";

Deno.test(
  "in a browser, a screen reader hears output, and the keyboard leaves the terminal",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open({ reducedMotion: "reduce" });
    const { page } = browser;
    await browser.open(server.page());
    const input = page.getByRole("textbox", { name: "Terminal input" });
    assertEquals(await input.getAttribute("aria-describedby"), "hint");
    await page.getByText("Ctrl+Shift+L leaves the terminal").waitFor();
    await page.keyboard.press("Control+Shift+L");
    assertEquals(
      await page.evaluate("document.activeElement.id"),
      "sessions",
    );
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    server.write(utf8("spoken words\r\n"));
    const region = page.locator(".live-region", { hasText: "spoken words" });
    await region.waitFor({ state: "attached" });
    await page.getByRole("main", { name: "Terminal" }).waitFor();
    // The focus is back in the terminal, whose cursor keeps still.
    await page.keyboard.type("x");
    let typed = "";
    while (typed === "") {
      const frame = await server.received.next();
      if (frame.type === "input") typed += text(frame.bytes);
    }
    assertEquals(typed, "x");
    assertEquals(await page.locator(".xterm-cursor-blink").count(), 0);
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, no colour of the default themes is hard to read, and settings stay",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open({ colorScheme: "dark" });
    const { page } = browser;
    await browser.open(server.page());
    const colours = Array.from(
      { length: 16 },
      (_, i) => `\x1b[38;5;${i}mcolour${i}\x1b[0m\r\n`,
    );
    server.write(utf8(colours.join("")));
    await browser.shows("colour15");
    for (const scheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.waitForSelector(`:root[data-theme=${scheme}]`);
      for (const row of await contrasts(browser)) {
        assert(row.ratio >= 4.5, `${scheme}: ${row.text} has ${row.ratio}`);
      }
      assertEquals(await auditPage(page), []);
    }
    await page.click("#settings-open");
    assertEquals(await auditPage(page), []);
    await page.selectOption("#theme", "dark");
    await page.click("#font-larger");
    await page.click("#settings-close");
    await page.reload();
    await browser.phase("connected");
    await browser.shows("colour15");
    const kept = await page.evaluate(
      "[document.documentElement.dataset.theme, getComputedStyle(document.querySelector('.xterm-rows')).fontSize]",
    );
    assertEquals(kept, ["dark", "15px"]);
    browser.assertQuiet();
  },
);

/** The contrast of each coloured word on the background. */
async function contrasts(
  browser: TestBrowser,
): Promise<{ text: string; ratio: number }[]> {
  const found: unknown = await browser.page.evaluate(`(() => {
    const channels = (colour) => colour.match(/\\d+/g).slice(0, 3).map(Number);
    const luminance = (colour) => {
      const [r, g, b] = channels(colour).map((value) => value / 255)
        .map((s) => s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const back = luminance(getComputedStyle(
      document.querySelector("#terminal")).backgroundColor);
    return [...document.querySelectorAll(".xterm-rows span")]
      .filter((span) => span.textContent.startsWith("colour"))
      .map((span) => {
        const text = luminance(getComputedStyle(span).color);
        const ratio = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
        return { text: span.textContent, ratio };
      });
  })()`);
  assert(Array.isArray(found) && found.length === 16);
  return found;
}

Deno.test(
  "in a browser, a bell is seen, links show where they lead, and notices cover no output",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.open(server.page());
    await page.evaluate("document.hasFocus = () => false");
    server.write(utf8("\x1b]0;make\x07\x07\x7f"));
    await browser.until("document.title === '🔔 make'");
    await page.evaluate(
      "document.hasFocus = () => true; dispatchEvent(new Event('focus'))",
    );
    assertEquals(await page.title(), "make");

    const hidden = "https://example.com/hidden";
    server.write(
      utf8(`\x1b]8;;${hidden}\x1b\\marked\x1b]8;;\x1b\\ https://example.org/`),
    );
    await browser.shows("marked");
    const screen = ".xterm-screen";
    const at = (column: number) => ({ position: { x: 8.4 * column, y: 8 } });
    await page.hover(screen, at(3));
    await page.locator("#link-address", { hasText: hidden }).waitFor();
    await page.click(screen, at(3));
    const link = page.locator("#notice-link", { hasText: hidden });
    assertEquals(await link.getAttribute("rel"), "noopener noreferrer");
    const notice = await page.locator("#notice").boundingBox();
    const terminal = await page.locator("#terminal").boundingBox();
    const end = (notice?.y ?? 0) + (notice?.height ?? Infinity);
    assert(end <= (terminal?.y ?? 0));
    await page.click("#notice-close");
    // What it opens is for no server of this test.
    await page.evaluate("open = (...of) => { globalThis.opened = of; }");
    await page.click(screen, { ...at(12), modifiers: ["Control"] });
    assertEquals(await page.evaluate("opened[0]"), "https://example.org/");
    browser.assertQuiet();
  },
);

import { assertEquals } from "@std/assert";
import { text, utf8 } from "../../support/bytes.ts";
import { inBrowser, TestBrowser } from "../browser.ts";
import { StubServer } from "./stub_server.ts";

Deno.test(
  "in a browser without a clipboard, Paste and Copy offer a box, and say why",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open({ hasTouch: true });
    const { page } = browser;
    // As browsers do over plain HTTP, and where a person has forbidden it.
    await page.addInitScript(`
      Object.defineProperty(globalThis, "isSecureContext", { value: false });
      document.execCommand = () => globalThis.mayCopy ?? false;
    `);
    await browser.open(server.page());
    server.write(utf8("\x1b[?2004hsome output"));
    await browser.shows("some output");
    await page.tap("[data-key=paste]");
    await page.getByText("Browsers give the clipboard to pages over HTTPS")
      .waitFor();
    await page.keyboard.insertText("two\nlines");
    await page.click("#text-box-send");
    let typed = "";
    while (!typed.endsWith("201~")) {
      const frame = await server.received.next();
      if (frame.type === "input") typed += text(frame.bytes);
    }
    assertEquals(typed, "\x1b[200~two\rlines\x1b[201~");
    assertEquals(await page.locator("#text-box").isVisible(), false);

    // Selected by mouse.
    await page.dblclick(".xterm-screen", {
      position: { x: 20, y: 8 },
    });
    await page.keyboard.press("Control+Shift+C");
    await page.getByText("Copy the text from here").waitFor();
    assertEquals(await page.inputValue("#text-box-field"), "some");
    await page.keyboard.press("Escape");
    // A program, without a press of a key.
    server.write(utf8(`\x1b]52;c;${btoa("of the program")}\x07`));
    await page.getByText("The program copies this text").waitFor();
    assertEquals(await page.inputValue("#text-box-field"), "of the program");
    await page.keyboard.press("Escape");
    // The older way.
    await page.evaluate("globalThis.mayCopy = true");
    await page.keyboard.press("Control+Shift+C");
    await page.getByText("Copied 4 characters").waitFor();
    browser.assertQuiet();
  },
);

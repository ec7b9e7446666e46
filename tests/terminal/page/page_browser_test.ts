import { assertEquals } from "@std/assert";
import type { ClientFrame } from "../../../src/terminal/attach/protocol.ts";
import { Digest, sha256, text, utf8 } from "../../support/bytes.ts";
import { FaultProxy } from "../../support/fault_proxy.ts";
import { inBrowser, TestBrowser } from "../browser.ts";
import { StubServer } from "./stub_server.ts";

/** Waits for the next frame of a type from a viewer. */
async function next<T extends ClientFrame["type"]>(
  server: StubServer,
  type: T,
): Promise<Extract<ClientFrame, { type: T }>> {
  for (;;) {
    const frame = await server.received.next();
    if (isOf(frame, type)) return frame;
  }
}

function isOf<T extends ClientFrame["type"]>(
  frame: ClientFrame,
  type: T,
): frame is Extract<ClientFrame, { type: T }> {
  return frame.type === type;
}

/** A server whose program writes what it reads. */
function echoing(): StubServer {
  const server = new StubServer();
  server.program = (bytes) => server.write(bytes);
  return server;
}

Deno.test(
  "in a browser, typed text is echoed, in all colours and without a console message",
  inBrowser,
  async () => {
    await using server = echoing();
    await using browser = await TestBrowser.open();
    await browser.open(server.page());
    const { columns } = await next(server, "resize");
    await browser.page.keyboard.type("Is anybody there? ü€");
    await browser.shows("Is anybody there? ü€");
    server.write(utf8("\r\n\x1b[38;2;1;2;3;48;2;234;235;236mtrue\x1b[0m"));
    await browser.shows("true");
    const style = await browser.page.evaluate(`(() => {
      const spans = [...document.querySelectorAll(".xterm-rows span")];
      const style = getComputedStyle(spans.find((span) => span.textContent === "true"));
      return [style.color, style.backgroundColor];
    })()`);
    assertEquals(style, ["rgb(1, 2, 3)", "rgb(234, 235, 236)"]);
    const fits = await browser.page.evaluate(
      "document.documentElement.scrollWidth <= innerWidth",
    );
    assertEquals([fits, columns > 80], [true, true]);
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, a reload shows the same screen, and answers no old query",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open();
    await browser.open(server.page());
    server.write(utf8("before\r\n\x1b[c\x1b[6n\x1b]11;?\x07after"));
    await browser.shows("after");
    // The replies: the terminal's type, the position of its cursor, its background.
    let replies = "";
    while (!replies.includes("rgb:")) {
      replies += text((await next(server, "input")).bytes);
    }
    assertEquals(replies.includes("\x1b[2;1R"), true);
    await next(server, "ack");
    const lines = await browser.lines();
    assertEquals(lines, ["before", "after"]);
    await browser.page.reload();
    await browser.phase("connected");
    await browser.shows("after");
    assertEquals(await browser.lines(), lines);
    await browser.page.keyboard.type("x");
    assertEquals(text((await next(server, "input")).bytes), "x");
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, a program can copy to the clipboard, and replayed output cannot",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await page.addInitScript(`
      globalThis.copied = [];
      Object.defineProperty(navigator, "clipboard", { value: {
        writeText: (text) => Promise.resolve(copied.push(text)),
        readText: () => Promise.resolve("secret"),
      } });
    `);
    await browser.open(server.page());
    server.write(utf8(`\x1b]52;c;${btoa("live")}\x07\x1b]52;c;?\x07shown`));
    await browser.shows("shown");
    assertEquals(await page.evaluate("copied"), ["live"]);
    await next(server, "ack");
    await page.reload();
    await browser.phase("connected");
    await browser.shows("shown");
    server.write(utf8(`\x1b]52;c;${btoa("again")}\x07, again`));
    await browser.shows("shown, again");
    assertEquals(await page.evaluate("copied"), ["again"]);
    // The content of the clipboard was never sent.
    await page.keyboard.type("x");
    assertEquals(text((await next(server, "input")).bytes), "x");
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, nothing is lost or doubled when the socket is cut",
  inBrowser,
  async () => {
    await using server = echoing();
    await using proxy = new FaultProxy({ port: server.port });
    await using browser = await TestBrowser.open();
    await browser.open(server.page(proxy.address.port));
    assertEquals(await server.attached.next(), undefined);
    let expected = "";
    for (const word of ["one ", "two "]) {
      await browser.page.keyboard.type(word);
      proxy.refuse = true;
      proxy.cut();
      await browser.phase("waiting");
      await browser.page.keyboard.type(word.toUpperCase());
      proxy.refuse = false;
      await browser.phase("connected");
      await server.attached.next();
      expected += word + word.toUpperCase();
      await browser.shows(expected.trimEnd());
    }
    assertEquals(await browser.lines(), [expected.trimEnd()]);
  },
);

Deno.test(
  "in a browser, a paste of 10 MB arrives whole",
  inBrowser,
  async () => {
    await using server = new StubServer();
    const line = "The quick brown fox ✓ jumps over it.\r";
    const count = Math.ceil(10_000_000 / utf8(line).length);
    const bytes = utf8(line.repeat(count));
    const digest = new Digest();
    const whole = Promise.withResolvers<void>();
    server.program = (piece) => {
      digest.update(piece);
      if (digest.bytes === bytes.length) whole.resolve();
    };
    await using browser = await TestBrowser.open();
    await browser.open(server.page());
    await browser.page.evaluate(`(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", ${
      JSON.stringify(line)
    }.repeat(${count}));
      document.querySelector(".xterm-helper-textarea")
        .dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
    })()`);
    await whole.promise;
    assertEquals(digest.hex(), sha256(bytes));
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, bytes that are not text are typed unchanged",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open();
    await browser.open(server.page());
    await next(server, "resize");
    // Mouse reports in the first encoding, which has one byte for a column.
    server.write(utf8("\x1b[?1000hready"));
    await browser.shows("ready");
    const screen = browser.page.locator(".xterm-screen");
    const box = await screen.boundingBox();
    await screen.click({ position: { x: (box?.width ?? 0) - 2, y: 2 } });
    const { bytes } = await next(server, "input");
    const column = (bytes[4] ?? 0) - 32;
    assertEquals(bytes.length, 6);
    assertEquals(column > 100, true, `column ${column}`);
  },
);

Deno.test(
  "in a browser, text is found, and the page has the title of the program",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open();
    await browser.open(server.page());
    server.write(utf8("\x1b]0;make\x07needle hay needle"));
    await browser.shows("hay");
    assertEquals(await browser.page.title(), "make");
    await browser.page.keyboard.press("Control+Shift+F");
    await browser.page.keyboard.type("needle");
    await browser.page.getByText("2 of 2").waitFor();
    await browser.page.keyboard.press("Enter");
    await browser.page.getByText("1 of 2").waitFor();
    await browser.page.keyboard.press("Escape");
    await browser.page.keyboard.type("x");
    assertEquals(text((await next(server, "input")).bytes), "x");
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, a read-only viewer sees everything and types nothing",
  inBrowser,
  async () => {
    await using server = echoing();
    server.role = "view";
    await using browser = await TestBrowser.open();
    await browser.open(server.page());
    await browser.page.getByText("connected, read-only").waitFor();
    await browser.page.keyboard.type("mine");
    server.write(utf8("theirs"));
    await browser.shows("theirs");
    assertEquals(await browser.lines(), ["theirs"]);
    assertEquals((await server.received.next()).type, "ack");
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, the exit code is shown, and nothing is opened again",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open();
    await browser.open(server.page());
    server.write(utf8("last words"));
    server.send({ type: "exit", exit: { code: 7 } });
    server.close(1000);
    await browser.page.getByText("ended with code 7").waitFor();
    await browser.shows("last words");
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, a session that no longer exists is not tried again",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open();
    await browser.open(server.page());
    server.exists = false;
    server.close(1011);
    await browser.page.getByText("The session does not exist any longer")
      .waitFor();
  },
);

Deno.test(
  "on a phone, the terminal fits above a bar of keys",
  inBrowser,
  async () => {
    await using server = new StubServer();
    await using browser = await TestBrowser.open({
      viewport: { width: 390, height: 700 },
      isMobile: true,
      hasTouch: true,
    });
    await browser.open(server.page());
    const { columns, rows } = await next(server, "resize");
    assertEquals([columns > 35, columns < 60, rows > 25], [true, true, true]);
    const keys = await browser.page.locator("#keys").boundingBox();
    const screen = await browser.page.locator(".xterm-screen").boundingBox();
    assertEquals((keys?.y ?? 0) + (keys?.height ?? 0), 700);
    assertEquals(
      (screen?.y ?? 0) + (screen?.height ?? 0) <= (keys?.y ?? 0),
      true,
    );

    await browser.page.locator(".xterm-screen").tap();
    await browser.page.tap("[data-key=ctrl]");
    await browser.page.keyboard.type("c");
    assertEquals(text((await next(server, "input")).bytes), "\x03");
    await browser.page.tap("[data-key=up]");
    assertEquals(text((await next(server, "input")).bytes), "\x1b[A");
    server.write(utf8("\x1b[?1happlication"));
    await browser.shows("application");
    await browser.page.tap("[data-key=up]");
    assertEquals(text((await next(server, "input")).bytes), "\x1bOA");
    await browser.page.keyboard.type("c");
    assertEquals(text((await next(server, "input")).bytes), "c");

    for (
      const [key, bytes] of [
        ["page_up", "\x1b[5~"],
        ["home", "\x1bOH"],
        ["pipe", "|"],
        ["tilde", "~"],
        ["interrupt", "\x03"],
      ]
    ) {
      await browser.page.tap(`[data-key=${key}]`);
      assertEquals(text((await next(server, "input")).bytes), bytes);
    }
    await browser.page.tap("[data-key=alt]");
    await browser.page.keyboard.type("b");
    assertEquals(text((await next(server, "input")).bytes), "\x1bb");

    // As with an on-screen keyboard.
    await browser.page.setViewportSize({ width: 390, height: 400 });
    assertEquals((await next(server, "resize")).rows < rows, true);
    browser.assertQuiet();
  },
);

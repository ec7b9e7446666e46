// Several pages of one session, late ones, hidden ones, and a server that starts
// again: with real programs.
import { assert, assertEquals } from "@std/assert";
import { ActorSystem } from "../../../src/actor/system.ts";
import { serveTerminal } from "../../../src/terminal/terminal_server.ts";
import { inBrowser, TestBrowser } from "../browser.ts";
import { Served } from "../served.ts";
import { PHONE } from "./fingers.ts";

const SHELL = { name: "shell", command: "/bin/sh" };

Deno.test(
  "in two browsers, the size follows who types, and the other one may take it",
  inBrowser,
  async () => {
    await using served = new Served({ commands: [SHELL], env: { PS1: "$ " } });
    const { id: session } = await served.terminal.start();
    await using desktop = await TestBrowser.open();
    await using phone = await TestBrowser.open({
      ...PHONE,
      userAgent: "Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile",
    });
    await desktop.enter(served, { session });
    await desktop.page.keyboard.type("stty size\n");
    await desktop.showsRow(/^\d+ 1\d\d\s*$/);
    await phone.enter(served, { session });
    await phone.page.getByText(/the size of a computer/).waitFor();
    await desktop.page.keyboard.type("clear; stty size\n");
    await desktop.showsRow(/^\d+ 1\d\d\s*$/);
    // Who types has the size.
    await phone.page.keyboard.type("clear; sleep 0.2; stty size\n");
    await desktop.showsRow(/^\d+ 4\d\s*$/);
    await desktop.page.getByText(/the size of a phone/).waitFor();
    await desktop.page.click("#size-use");
    await desktop.page.locator("#size").waitFor({ state: "hidden" });
    await phone.page.getByText(/the size of a computer/).waitFor();
    desktop.assertQuiet();
    phone.assertQuiet();
  },
);

Deno.test(
  "in a browser, a late page has the modes and the screen of a program",
  inBrowser,
  async () => {
    const script = `stty -echo raw; printf 'before\\r\\n'
      printf '\\033[?1049h\\033[?1h\\033[?1000h\\033[?1006h\\033[?2004h'
      head -c 400000 /dev/zero | tr '\\0' 'x'
      printf '\\033[2J\\033[Hscreen\\r\\n'
      exec cat -v`;
    const command = { name: "modes", command: "sh", args: ["-c", script] };
    await using served = new Served({ commands: [command] });
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.enter(served);
    await browser.shows("screen");
    await page.reload();
    await browser.phase("connected");
    await browser.shows("screen");
    await page.keyboard.press("ArrowUp");
    await browser.shows("^[OA");
    await page.mouse.move(300, 200);
    await page.mouse.wheel(0, -100);
    await browser.shows("^[[<64;");
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, a tab that is frozen in the background delays no program",
  inBrowser,
  async () => {
    await using served = new Served({ commands: [SHELL], env: { PS1: "$ " } });
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.enter(served);
    await browser.shows("$");
    const directory = await Deno.makeTempDir();
    try {
      const debug = await page.context().newCDPSession(page);
      await page.evaluate(`
        Object.defineProperty(document, "visibilityState", {
          get: () => globalThis.seen ?? "hidden", configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      `);
      await page.keyboard.type(
        `seq 1 600000; mkfifo ${directory}/f; echo done > ${directory}/f; echo all $((6 * 7))\n`,
      );
      await debug.send("Page.setWebLifecycleState", { state: "frozen" });
      while (true) {
        try {
          assertEquals(
            (await Deno.readTextFile(`${directory}/f`)).trim(),
            "done",
          );
          break;
        } catch (error) {
          assert(error instanceof Deno.errors.NotFound);
        }
      }
      await debug.send("Page.setWebLifecycleState", { state: "active" });
      await page.evaluate(`
        globalThis.seen = "visible";
        document.dispatchEvent(new Event("visibilitychange"));
      `);
      await browser.shows("all 42");
      browser.assertQuiet();
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test(
  "in a browser, a page learns that the server was started again, and leads to the login",
  inBrowser,
  async () => {
    await using system = new ActorSystem();
    const options = { commands: [SHELL], directories: ["/"] };
    let terminal = serveTerminal(system, options);
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request, info) => terminal.fetch(request, info),
    );
    await using browser = await TestBrowser.open();
    const { page } = browser;
    const address = `http://127.0.0.1:${server.addr.port}/`;
    const ticket = terminal.ticket({ role: "control", session: "all" });
    await browser.open(`${address}#ticket=${ticket}`);
    await terminal.close();
    terminal = serveTerminal(system, options);
    await page.getByText("The server was restarted").or(
      page.getByText("The server has restarted"),
    ).waitFor();
    await page.getByRole("link", { name: "All sessions" }).click();
    await page.getByLabel("Link or ticket").waitFor();
    await terminal.close();
    await server.shutdown();
  },
);

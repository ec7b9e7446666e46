// A real shell in a real browser, through a real server.
import { assertEquals } from "@std/assert";
import { FaultProxy } from "../../support/fault_proxy.ts";
import { inBrowser, TestBrowser } from "../browser.ts";
import { Served } from "../served.ts";

const SHELL = { name: "shell", command: "/bin/sh", args: [] };

Deno.test(
  "in a browser, a colleague watches with a second link, and types with a third",
  inBrowser,
  async () => {
    await using served = new Served({ commands: [SHELL] });
    const { id: session } = await served.terminal.start();
    await using owner = await TestBrowser.open();
    await using watcher = await TestBrowser.open();
    await using helper = await TestBrowser.open();
    await owner.enter(served, { session });
    await watcher.enter(served, { session, role: "view" });
    await helper.enter(served, { session });
    await watcher.page.getByText("connected, read-only").waitFor();
    await watcher.page.keyboard.type("x");
    await owner.page.keyboard.type("echo $((6 * 7))1\n");
    await helper.shows("421");
    await helper.page.keyboard.type("echo $((6 * 7))2\n");
    for (const browser of [owner, watcher, helper]) await browser.shows("422");
    await watcher.showsLines(() => owner.lines());
    await helper.showsLines(() => owner.lines());
    for (const browser of [owner, watcher, helper]) browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, yes in one tab does not disturb another, and Ctrl-C ends it",
  inBrowser,
  async () => {
    await using served = new Served({ commands: [SHELL] });
    await using flooded = await TestBrowser.open();
    await flooded.enter(served);
    await using other = await flooded.tab();
    const { id } = await served.terminal.start();
    await other.open(`http://${served.host}/?session=${id}`);
    await flooded.page.keyboard.type("yes\n");
    await flooded.shows("yyyyyyyy");
    await other.page.keyboard.type("echo $((6 * 7))1\n");
    await other.shows("421");
    await flooded.page.keyboard.press("Control+C");
    await flooded.page.keyboard.type("echo $((6 * 7))2\n");
    await flooded.shows("422");
    flooded.assertQuiet();
    other.assertQuiet();
  },
);

Deno.test(
  "in a browser, output is whole although the network is cut",
  inBrowser,
  async () => {
    const line = (n: number) => `line ${n} ${"-".repeat(90)}`;
    const script = `read go; seq -f 'line %g ${"-".repeat(90)}' 400; read end`;
    const command = { name: "lines", command: "sh", args: ["-c", script] };
    await using served = new Served({ commands: [command] });
    await using proxy = new FaultProxy({ port: served.server.addr.port });
    // All of it is on the screen.
    const viewport = { width: 1100, height: 8000 };
    await using browser = await TestBrowser.open({ viewport });
    await browser.enter(served, {}, `127.0.0.1:${proxy.address.port}`);
    while (proxy.connections.untaken > 0) await proxy.connections.next();
    proxy.cutAfter(500, "to_dialler");
    await browser.page.keyboard.press("Enter");
    for (const bytes of [1000, 5000, 10_000]) {
      await proxy.connections.next();
      proxy.cutAfter(bytes, "to_dialler");
    }
    await browser.shows(line(400));
    const lines = Array.from({ length: 400 }, (_, i) => line(i + 1));
    assertEquals(await browser.lines(), ["", ...lines]);
  },
);

Deno.test(
  "in a browser, the list of sessions leads from an ended session to another",
  inBrowser,
  async () => {
    await using served = new Served({ commands: [SHELL] });
    await using browser = await TestBrowser.open();
    await browser.enter(served);
    await browser.page.keyboard.type("exit 3\n");
    await browser.page.getByText("ended with code 3").waitFor();
    await browser.page.getByText("All sessions").click();
    await browser.page.getByText("ended with code 3").waitFor();
    await browser.page.getByText("New session").click();
    await browser.phase("connected");
    await browser.page.keyboard.type("echo $((6 * 7))1\n");
    await browser.shows("421");
    browser.assertQuiet();
  },
);

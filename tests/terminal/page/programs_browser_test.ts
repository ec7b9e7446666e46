// Programs that draw on the whole screen.
import { assertEquals } from "@std/assert";
import { inBrowser, inBrowserWith, TestBrowser } from "../browser.ts";
import { Served } from "../served.ts";

/** A server that starts one program. */
function serving(command: string, ...args: string[]): Served {
  return new Served({
    commands: [{ name: command, command, args }],
    env: { LANG: "C.UTF-8" },
  });
}

/** Loads the page again, which must show the same. */
async function reload(browser: TestBrowser, text: RegExp): Promise<void> {
  const lines = await browser.lines();
  await browser.page.reload();
  await browser.phase("connected");
  await browser.shows(text);
  await browser.showsLines(() => Promise.resolve(lines));
}

/**
 * Types a command of tmux. What arrives in one read with the keys that open the
 * prompt goes to the pane, not to the prompt, so those are typed alone.
 */
async function runInTmux(browser: TestBrowser, command: string): Promise<void> {
  await browser.page.keyboard.press("Control+B");
  await browser.page.keyboard.type(":");
  await browser.showsRow(/^:\s*$/);
  await browser.page.keyboard.type(`${command}\n`);
}

Deno.test(
  "in a browser, vim writes a file across a reload",
  inBrowserWith("vim"),
  async () => {
    const directory = await Deno.makeTempDir();
    const file = `${directory}/letter`;
    try {
      await using served = serving("vim", "-u", "NONE", "-i", "NONE", file);
      await using browser = await TestBrowser.open();
      await browser.enter(served);
      await browser.shows("~");
      await browser.page.keyboard.type("iDear ✓,\n\tü");
      await browser.shows(/ü/);
      await reload(browser, /ü/);
      await browser.page.keyboard.type("!");
      await browser.page.keyboard.press("Escape");
      await browser.page.keyboard.press("ArrowUp");
      await browser.page.keyboard.type("x:wq\n");
      await browser.page.getByText("ended with code 0").waitFor();
      assertEquals(await Deno.readTextFile(file), "Dear ✓\n\tü!\n");
      browser.assertQuiet();
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test(
  "in a browser, top fills the screen, whatever its size",
  inBrowserWith("top"),
  async () => {
    await using served = serving("top");
    await using browser = await TestBrowser.open();
    await browser.enter(served);
    await browser.shows("PID USER");
    await browser.shows("COMMAND");
    // Its last column has no place then, and has one again.
    const rows = browser.page.locator(".xterm-rows", { hasText: "PID USER" });
    await browser.page.setViewportSize({ width: 400, height: 400 });
    await rows.filter({ hasNotText: "COMMAND" }).waitFor();
    await browser.page.setViewportSize({ width: 900, height: 400 });
    await rows.filter({ hasText: "COMMAND" }).waitFor();
    await browser.page.keyboard.type("q");
    await browser.page.getByText("ended with code 0").waitFor();
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, tmux shows two panes, across a reload",
  inBrowserWith("tmux"),
  async () => {
    const directory = await Deno.makeTempDir();
    const socket = `${directory}/tmux`;
    const tmux = ["-S", socket, "-f", "/dev/null"];
    try {
      // No clock; and keys that come fast are no paste.
      const plain = ["status off", "assume-paste-time 0"]
        .flatMap((option) => [";", "set", ...option.split(" ")]);
      const args = [...tmux, "new", "echo left; cat", ...plain];
      await using served = serving("tmux", ...args);
      await using browser = await TestBrowser.open();
      await browser.enter(served);
      await browser.shows("left");
      await runInTmux(browser, "split-window -h 'echo right; cat'");
      // Not only in the command, and before anything is typed to it.
      await browser.showsRow(/^left\s+│right\s*$/);
      await browser.page.keyboard.type("typed\n");
      // Once by the terminal, and once by the program.
      const twice = /typed.*typed/s;
      await browser.shows(twice);
      await reload(browser, twice);
      await runInTmux(browser, "kill-server");
      await browser.phase("ended");
      browser.assertQuiet();
    } finally {
      // It has detached from all that is ended with the test.
      await new Deno.Command("tmux", { args: [...tmux, "kill-server"] })
        .output();
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test(
  "in a browser, a program redraws when its output is no longer kept",
  inBrowser,
  async () => {
    const script = `
      draw() { printf '\\033[H\\033[Jdrawn'; }
      trap draw WINCH
      draw
      head -n 1 > /dev/null
      head -c 400000 /dev/zero | tr '\\0' '\\r'
      printf '\\033[Hover '
      sleep 99 & while kill -0 $!; do wait $!; done`;
    // With snapshots, a late page has the screen as it is.
    await using served = new Served({
      commands: [{ name: "sh", command: "sh", args: ["-c", script] }],
      snapshots: false,
    });
    await using browser = await TestBrowser.open();
    await browser.enter(served);
    await browser.shows("drawn");
    await browser.page.keyboard.press("Enter");
    await browser.shows("over");
    await browser.page.reload();
    await browser.shows("drawn");
    browser.assertQuiet();
  },
);

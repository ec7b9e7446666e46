import { assert, assertEquals } from "@std/assert";
import type { TerminalInfo } from "../../src/metrics/watch/sources.ts";
import { inBrowser, TestBrowser } from "../terminal/browser.ts";
import { auditPage } from "./axe.ts";
import { BusyProgram } from "./busy_program.ts";
import { fits } from "./served_page.ts";

for (const colorScheme of ["light", "dark"] as const) {
  Deno.test(
    `in a browser, terminals are shown as they are now, ${colorScheme} and on a phone`,
    inBrowser,
    async () => {
      const shell: TerminalInfo = {
        id: "shell-1",
        command: "bash",
        ageMs: 90_000,
        size: { columns: 80, rows: 24 },
        controllers: 1,
        viewers: 2,
        outputBytes: 12_345,
        waitingBytes: 0,
        isPaused: false,
        ended: undefined,
      };
      let terminals = [shell, { ...shell, id: "editor-1", command: "vim" }];
      // Whatever has terminals hands them in so.
      const source = { inspect: () => Promise.resolve(terminals) };
      await using program = await BusyProgram.start(1, {
        terminals: [source],
      });
      await using browser = await TestBrowser.open({
        colorScheme,
        viewport: { width: 390, height: 844 },
        isMobile: true,
      });
      const { page } = browser;
      await browser.open(`${program.address}#terminals`);
      await page.getByText("2 terminals · 6 viewers · 0 paused").waitFor();
      const row = (hasText: string) =>
        page.locator("#terminals-table tbody tr:not(.space)", { hasText });
      await row("shell-1").getByText("12.3 kB").waitFor();
      await row("shell-1").getByText("80×24").waitFor();
      assertEquals(await auditPage(page), []);
      assert(await fits(browser));
      terminals = [
        { ...shell, isPaused: true },
        { ...shell, id: "editor-1", ended: "code 0" },
      ];
      await row("shell-1").getByText("paused").waitFor();
      await row("editor-1").getByText("code 0").waitFor();
      await page.getByRole("searchbox").fill("editor");
      await row("shell-1").waitFor({ state: "detached" });
      terminals = [];
      await page.locator("#terminals-table .none").waitFor();
      browser.assertQuiet();
    },
  );
}

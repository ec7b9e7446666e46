// The page of sessions, with a real server and real shells.
import { assert, assertEquals } from "@std/assert";
import { auditPage } from "../../metrics/axe.ts";
import { inBrowser, TestBrowser } from "../browser.ts";
import { Served } from "../served.ts";

const SHELL = { name: "shell", command: "/bin/sh" };
const SIZE = {
  name: "size",
  command: "/bin/sh",
  args: ["-c", "stty size; cat"],
};

Deno.test(
  "in a browser, the page of sessions starts a command at the size of the terminal, invites, revokes and ends",
  inBrowser,
  async () => {
    await using served = new Served({ commands: [SHELL, SIZE] });
    const { id } = await served.terminal.start();
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.enter(served);
    await page.getByRole("link", { name: "All sessions" }).click();
    await page.getByText("Choose a session.").waitFor();
    const item = page.locator("#sessions li");
    await item.getByText("started a moment ago").waitFor();

    // The size from the start, not by a later change.
    await page.selectOption("#command", "size");
    await page.getByRole("button", { name: "New session" }).click();
    await browser.phase("connected");
    const rows = await page.locator(".xterm-rows > div").count();
    assert(rows > 24);
    await browser.showsRow(new RegExp(`^${rows} \\d+\\s*$`));
    await page.getByRole("link", { name: "All sessions" }).click();

    const shell = item.filter({
      has: page.locator(`[title="${id}"]`),
    });
    await shell.getByRole("button", { name: /^Invite/ }).click();
    await page.click("#invitation-make");
    await page.getByText("It gives one browser access").waitFor();
    assertEquals(await auditPage(page), []);
    const link = await page.inputValue("#invitation-link");
    await using guest = await TestBrowser.open();
    await guest.open(link);
    await guest.page.getByText("connected, read-only").waitFor();
    await page.click("#invitation-revoke");
    await guest.page.getByText("Your invitation was revoked").waitFor();
    // One who is out can ask for another link, and paste it.
    await guest.page.getByRole("link", { name: "All sessions" }).click();
    await guest.page.getByText("A ticket is needed").waitFor();
    assertEquals(await auditPage(guest.page), []);
    const ticket = served.terminal.ticket({ role: "view", session: id });
    await guest.page.fill(
      "#ticket-text",
      `${link.split("#")[0]}#ticket=${ticket}`,
    );
    await guest.page.getByRole("button", { name: "Log in" }).click();
    await guest.phase("connected");
    await page.click("#invitation-close");

    await shell.getByRole("button", { name: /^End/ }).click();
    await shell.getByRole("button", { name: "End it now?" }).click();
    await guest.phase("ended");
    await shell.waitFor({ state: "detached" });
    browser.assertQuiet();
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByText("A ticket is needed").waitFor();
  },
);

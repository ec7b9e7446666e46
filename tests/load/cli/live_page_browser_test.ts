import { inBrowser, TestBrowser } from "../../terminal/browser.ts";
import { Command, shortScenario } from "./command.ts";

const PANELS = [
  "Latency",
  "Throughput",
  "Errors",
  "Users",
  "Processor",
  "Memory",
  "Event loop delay",
  "Mailbox depth",
];

Deno.test(
  "in a browser, the live page shows the load and the generator while a run goes on",
  inBrowser,
  async () => {
    await using command = new Command();
    const path = command.write("short.json", shortScenario());
    command.start(path, "--set", "phases.steadyMs=60000");
    const [, address = ""] = await command.line(/^Live charts: (.*)$/);
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.open(address);
    const panel = (title: string) =>
      page.locator(".panel").filter({
        has: page.getByRole("heading", { name: title }),
      });
    for (const title of PANELS) await panel(title).locator("canvas").waitFor();
    await page.locator("#load-state", { hasText: "steady" }).waitFor();
    await panel("Mailbox depth").locator("dl div", { hasText: "users" })
      .waitFor();
    browser.assertQuiet();
  },
);

import { assertEquals } from "@std/assert";
import { shows, view } from "../../metrics/served_page.ts";
import { inBrowser, TestBrowser } from "../../terminal/browser.ts";
import { Command, shortScenario } from "./command.ts";

const LOAD = ["Latency", "Throughput", "Errors", "Users"];
const GENERATOR = [
  "Processor",
  "Memory",
  "Event loop delay",
  "Mailbox depth",
];

Deno.test(
  "in a browser, the live page shows the load and the generator while a run goes on, and how its criteria change",
  inBrowser,
  async () => {
    let status = 200;
    await using service = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response("done", { status }),
    );
    await using command = new Command();
    const { target: _, ...scenario } = shortScenario();
    const path = command.write("short.json", {
      ...scenario,
      phases: { steadyMs: 60_000 },
      operations: [{
        name: "get",
        driver: "http",
        request: { url: `http://127.0.0.1:${service.addr.port}/` },
        checks: [{ field: "status", is: "equal", value: 200 }],
      }],
    });
    command.start(path, "--out", "reports");
    const [, address = ""] = await command.line(/^Live charts: (.*)$/);
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await browser.open(address);
    await page.getByRole("heading", { name: "short & quick" }).waitFor();
    const panel = (title: string) =>
      page.locator(".panel:visible").filter({
        has: page.getByRole("heading", {
          name: new RegExp(`^${title}( ms| cores| bytes| messages| /s)?$`),
        }),
      });
    for (const title of LOAD) await panel(title).locator("canvas").waitFor();
    await page.locator("#load-state", { hasText: "steady" }).waitFor();
    const criterion = page.locator("#load-criteria tbody tr", {
      hasText: "errorRate",
    });
    await criterion.getByText("✓ yes").waitFor();
    status = 503;
    await criterion.getByText("✗ no").waitFor();
    await page.locator("#load-errors", { hasText: "status is 503" }).waitFor();
    await view(browser, "Process");
    for (const title of GENERATOR) {
      await panel(title).locator("canvas").waitFor();
    }
    await shows(browser, "Mailbox depth", "users", "");
    await view(browser, "Load test");
    command.signal("SIGINT");
    const end = page.locator("#load-end");
    await end.getByText("The run has ended: aborted").waitFor();
    await end.getByText("reports/report.html").waitFor();
    assertEquals((await command.ended()).code, 4);
    await browser.phase("ended");
    await criterion.getByText("✗ no").waitFor();
    await shows(browser, "Users", "users", "");
  },
);

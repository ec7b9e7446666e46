import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Scrapes, scrapeWaitMs } from "../../../src/load/cli/scrapes.ts";
import { bounded } from "../../support/net.ts";
import { Command, shortScenario } from "./command.ts";

const SCRAPER = { "x-prometheus-scrape-timeout-seconds": "10" };

function request(headers: Record<string, string> = {}): Request {
  return new Request("http://127.0.0.1/metrics", { headers });
}

Deno.test("a last scrape is waited for as long as the scrapes before suggest", () => {
  const wait = (byScraper: boolean, intervalMs?: number) =>
    scrapeWaitMs({ byScraper, intervalMs });
  assertEquals(wait(false), 0);
  assertEquals(wait(true), 60_000);
  assertEquals(wait(false, 5000), 10_000);
  assertEquals(wait(true, 45_000), 60_000);
});

Deno.test("a browser that looks at the metrics is not waited for", () => {
  const scrapes = new Scrapes();
  scrapes.note(request({ accept: "text/html,*/*" }));
  scrapes.note(request({ accept: "text/html,*/*" }));
  assertEquals(scrapes.waitMs, 0);
  scrapes.note(request());
  assertEquals(scrapes.waitMs, 0);
  scrapes.note(request(SCRAPER));
  assert(scrapes.waitMs > 0);
});

Deno.test("the wait for a scrape ends with it, with its time, or with a signal", async () => {
  const scrapes = new Scrapes();
  const { signal } = new AbortController();
  const waiting = scrapes.since(performance.now(), 60_000, signal);
  scrapes.note(request());
  assertEquals(await waiting, true);
  // It has come already.
  assertEquals(await scrapes.since(0, 60_000, signal), true);
  const now = () => performance.now() + 1;
  assertEquals(await scrapes.since(now(), 1, signal), false);
  assertEquals(
    await scrapes.since(now(), 60_000, AbortSignal.abort()),
    false,
  );
  const controller = new AbortController();
  const aborted = scrapes.since(now(), 60_000, controller.signal);
  controller.abort();
  assertEquals(await aborted, false);
});

Deno.test(
  "the page of a run stays until whoever scrapes it has the last values",
  bounded,
  async () => {
    await using command = new Command();
    const path = command.write("short.json", shortScenario());
    command.start(path, "--out", "out");
    const [, address] = await command.line(/^Live charts: (.*)$/);
    const scrape = async () => {
      const url = `${address}metrics`;
      return await (await fetch(url, { headers: SCRAPER })).text();
    };
    await scrape();
    await command.line(/^Waiting at most .* for a last scrape of \/metrics/);
    const text = await scrape();
    const { code, stderr } = await command.ended();
    assertEquals(code, 0, stderr);
    const { steady } = JSON.parse(command.read("out/result.json"));
    assertStringIncludes(
      text,
      `operation="get",phase="steady",outcome="ok"} ${steady.accounting.ok}\n`,
    );
    assert(!stderr.includes("not scraped"), stderr);
  },
);

Deno.test(
  "Ctrl-C ends the wait for a scrape, and is not the end of the run",
  bounded,
  async () => {
    await using command = new Command();
    const path = command.write("short.json", shortScenario());
    command.start(path, "--no-reports", "--scrape-wait-ms", "3600000");
    await command.line(/^Waiting at most 60:00 for a last scrape/);
    command.signal("SIGINT");
    const { code, stderr } = await command.ended();
    assertEquals(code, 0, stderr);
    assertStringIncludes(stderr, "The last values were not scraped.");
  },
);

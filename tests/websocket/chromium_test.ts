import { assert, assertEquals } from "@std/assert";
import { inBrowser, TestBrowser } from "../terminal/browser.ts";
import type { TalkReport } from "./modules/talk.ts";
import { isSlow } from "../support/slow.ts";
import { bundleModule, sizeOf, Talk } from "./talks.ts";
import { WebNet } from "./web_net.ts";

const SIZE = sizeOf(isSlow);

/** Serves a page without content, and the conversation as a module. */
async function pages(): Promise<(request: Request) => Response> {
  const script = await bundleModule("talk.ts");
  return (request) =>
    request.url.endsWith("/talk.js")
      ? new Response(script, { headers: { "content-type": "text/javascript" } })
      : new Response(
        "<!DOCTYPE html><title>Talk</title><link rel=icon href=data:,>",
        {
          headers: { "content-type": "text/html" },
        },
      );
}

Deno.test(
  "messages between a page in Chromium and a server survive every cut, once and in order",
  inBrowser,
  async () => {
    const talk = new Talk(SIZE);
    await using net = new WebNet({
      serve: { serve: talk.serve, withoutOrigin: "refuse" },
      fetch: await pages(),
    });
    await using browser = await TestBrowser.open();
    const { page } = browser;
    await page.goto(new URL("/", net.url).href);
    // What loads the page is no connection of the conversation.
    while (net.proxy.connections.untaken > 0) {
      await net.proxy.connections.next();
    }
    const elsewhere: Promise<TalkReport> = page.evaluate(`(async () => {
    const { connectWeb } = await import("/sessions/client.js");
    const { talk } = await import("/talk.js");
    const client = connectWeb("sessions", { backoff: { initialMs: 1, maxMs: 5 }, retryMs: 10_000 });
    const connection = await client.connect();
    const report = await talk(connection, ${SIZE.messages}, ${SIZE.maxBytes});
    await client.close();
    return report;
  })()`);
    await talk.check(net.proxy, elsewhere);
    assert(net.sessions.stats().resumes >= SIZE.cuts / 2);
    assertEquals(net.sessions.stats().sessions, 0);
  },
);

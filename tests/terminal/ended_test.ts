import { assertEquals, assertMatch } from "@std/assert";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { bounded } from "../support/net.ts";
import { inBrowser, TestBrowser } from "./browser.ts";
import { json, refusal } from "./http/responses.ts";
import { Served, type Viewer } from "./served.ts";

/** A program that ends with code 5 when it has read a line. */
const ONCE = {
  name: "once",
  command: "sh",
  args: ["-c", "read line; echo the last line; exit 5"],
} as const;

async function end(viewer: Viewer): Promise<void> {
  await viewer.next("input_ack");
  viewer.type(1, "\r");
  await viewer.until("the last line\r\n");
  assertEquals((await viewer.next("exit")).exit, { code: 5 });
  assertEquals(await viewer.closed, 1000);
}

Deno.test(
  "an ended session stays: a second viewer gets its output and exit, and the API shows them",
  bounded,
  async () => {
    await using served = new Served({ commands: [ONCE], maxSessions: 1 });
    const { terminal } = served;
    const session = await terminal.start();
    const cookie = await served.login();
    await end(served.view(session.id, cookie));
    assertEquals(await session.exited, {
      code: 5,
      signal: undefined,
      error: undefined,
    });
    for (const role of ["", "&role=view"]) {
      const late = served.view(session.id, cookie, { query: role });
      assertMatch(await late.until("the last line\r\n"), /the last line\r\n$/);
      assertEquals((await late.next("exit")).exit, { code: 5 });
      assertEquals(await late.closed, 1000);
    }
    const path = `sessions/${session.id}`;
    const shown = await json(served.request("GET", path, { cookie }));
    assertEquals(shown.exit, { code: 5, signal: null });
    const { sessions } = await json(
      served.request("GET", "sessions", { cookie }),
    );
    assertEquals(sessions.map(({ id }) => id), [session.id]);
    const { sessions: running, endedSessions } = terminal.stats();
    assertEquals([running, endedSessions], [0, 1]);
    assertEquals<unknown>(
      await refusal(
        served.request("POST", `${path}/size`, {
          cookie,
          body: { columns: 1, rows: 1 },
        }),
      ),
      "409 ended",
    );
    // It takes no place of a running one.
    await terminal.start();
    const gone = await served.request("DELETE", path, { cookie });
    assertEquals(gone.status, 204);
    assertEquals<unknown>(
      await refusal(served.request("GET", path, { cookie })),
      "404 not_found",
    );
  },
);

Deno.test(
  "of the ended sessions, maxEndedSessions stay, those that ended last",
  bounded,
  async () => {
    await using served = new Served({
      commands: [ONCE],
      maxEndedSessions: 2,
    });
    const cookie = await served.login();
    const started = [];
    for (let i = 0; i < 3; i++) {
      const session = await served.terminal.start();
      started.push(session);
      await end(served.view(session.id, cookie));
    }
    await started[0]?.ended;
    const { sessions } = await json(
      served.request("GET", "sessions", { cookie }),
    );
    assertEquals(
      sessions.map(({ id }) => id),
      started.slice(1).map(({ id }) => id),
    );
  },
);

Deno.test(
  "a program without a viewer runs on for graceMs, and without an end if that is Infinity",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using served = new Served({ graceMs: Infinity }, clock);
    const { terminal } = served;
    const { id } = await terminal.start();
    const viewer = served.view(id, await served.login());
    await viewer.until("ready\n");
    viewer.send({ type: "detach" });
    await viewer.closed;
    clock.advance(30 * 24 * 3_600_000);
    await served.system.idle();
    const cookie = await served.login();
    const { graceMs } = await (await served.request("GET", "login", { cookie }))
      .json();
    assertEquals([graceMs, terminal.stats().sessions], [null, 1]);
    const again = served.view(id, cookie);
    await again.until("ready\n");
    const ended = terminal.close();
    while (terminal.stats().sessions > 0) {
      clock.advance(100);
      await served.system.idle();
    }
    await ended;
  },
);

Deno.test(
  "in a browser, an ended session and its exit are there after a reload, in another tab and in the list",
  inBrowser,
  async () => {
    await using served = new Served({ commands: [ONCE] });
    const { terminal } = served;
    const { id } = await terminal.start();
    await using browser = await TestBrowser.open();
    await browser.enter(served, { session: id });
    await browser.page.keyboard.type("\n");
    await browser.phase("ended");
    await browser.shows("the last line");
    await browser.page.reload();
    await browser.phase("ended");
    await browser.shows("the last line");
    const state = browser.page.locator("#state");
    assertEquals(await state.textContent(), "ended with code 5");
    await using tab = await browser.tab();
    await tab.page.goto(`http://${served.host}/`);
    const link = tab.page.locator("#sessions li", {
      hasText: "ended with code 5",
    }).getByRole("link", { name: "once" });
    await link.click();
    await tab.phase("ended");
    await tab.shows("the last line");
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, who loses access reads why",
  inBrowser,
  async () => {
    await using served = new Served();
    const { id } = await served.terminal.start();
    await using browser = await TestBrowser.open();
    await browser.enter(served, { session: id, user: "ada" });
    await browser.shows("ready");
    served.terminal.revoke({ user: "ada" }, "You were dismissed");
    await browser.phase("failed");
    const state = browser.page.locator("#state");
    assertEquals(await state.textContent(), "You were dismissed");
  },
);

Deno.test(
  "in a browser, the page tells how long a program runs without a viewer",
  inBrowser,
  async () => {
    await using served = new Served({ graceMs: 5_400_000 });
    const { id } = await served.terminal.start();
    await using browser = await TestBrowser.open();
    await browser.enter(served, { session: id });
    await browser.page.waitForSelector(
      '#state[title="the program keeps running for 1.5 h without a viewer"]',
    );
    await browser.page.goto(`http://${served.host}/`);
    await browser.page.getByText("Programs keep running for 90 min").waitFor();
    browser.assertQuiet();
  },
);

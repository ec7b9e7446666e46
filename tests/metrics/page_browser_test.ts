import { assert, assertEquals } from "@std/assert";
import { inBrowser, TestBrowser } from "../terminal/browser.ts";
import { fits, Served, shows, titles, view } from "./served_page.ts";
import { emptySnapshot, fullSnapshot } from "./snapshots.ts";

Deno.test(
  "in a browser, the page shows the history and what follows, without errors",
  inBrowser,
  async () => {
    await using served = new Served();
    for (let n = 1; n <= 100; n++) served.feed.push(fullSnapshot(n));
    await using browser = await TestBrowser.open();
    await browser.open(served.address);
    await shows(browser, "Actors", "pool", "11");
    assertEquals(await titles(browser), [
      "Processor cores",
      "Memory bytes",
      "Event loop delay ms",
      "Garbage collection ms/s",
      "Open files",
      "Disk bytes/s",
      "Messages handled /s",
      "Mailbox depth messages",
      "Actors",
      "Busy ms/s",
      "Restarts /s",
      "Dead letters /s",
      "Load average",
      "Memory of the machine bytes",
      "Memory of the container bytes",
      "Network bytes/s",
    ]);
    served.feed.push(fullSnapshot(101));
    await shows(browser, "Actors", "pool", "12");
    await shows(browser, "Messages handled", "terminals", "300");
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, the charts go on when the time of day is set back or forward",
  inBrowser,
  async () => {
    await using served = new Served();
    await using browser = await TestBrowser.open();
    await browser.open(served.address);
    const jumps = [0, -3_600_000, 86_400_000, 0];
    for (let n = 1; n <= 40; n++) {
      const snapshot = fullSnapshot(n);
      const atMs = snapshot.atMs + (jumps[Math.trunc(n / 11)] ?? 0);
      served.feed.push({ ...snapshot, atMs });
      if (n % 10 !== 0) continue;
      await shows(browser, "Actors", "pool", `${10 + n % 3}`);
      // One of this second, and not of the last one before the jump.
      const time = new Date(atMs).toLocaleTimeString("en-GB");
      await browser.page.locator("#range", { hasText: time }).waitFor();
    }
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, there are no charts of what is unknown",
  inBrowser,
  async () => {
    await using served = new Served();
    const rssBytes = 5_000_000;
    const { process, ...rest } = emptySnapshot();
    served.feed.push({ ...rest, process: { ...process, rssBytes } });
    await using browser = await TestBrowser.open();
    await browser.open(served.address);
    await shows(browser, "Memory", "resident", "5 MB");
    assertEquals(await titles(browser), ["Memory bytes"]);
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, a load test is shown from its start, even if the page is opened later",
  inBrowser,
  async () => {
    await using served = new Served();
    for (let n = 0; n <= 40; n++) served.rawLoad(n);
    await using browser = await TestBrowser.open();
    await browser.open(served.address);
    await shows(browser, "Latency", "p99", "13");
    assertEquals(await titles(browser), [
      "Latency ms",
      "Throughput /s",
      "Errors /s",
      "Users",
    ]);
    served.rawLoad(41);
    await browser.page.locator("#load-state", { hasText: "steady, 0:41" })
      .waitFor();
    // Another run.
    served.rawLoad(0);
    await shows(browser, "Users", "users", "0");
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, alerts are shown, including earlier ones",
  inBrowser,
  async () => {
    await using served = new Served();
    const alert = { name: "memory", atMs: 1000, steadyMs: 1000, value: 1 };
    served.feed.alert({ ...alert, state: "firing", message: "<b>high</b>" });
    await using browser = await TestBrowser.open();
    await browser.open(served.address);
    const item = (state: string) =>
      browser.page.locator(`#alerts li[data-state=${state}]`);
    await item("firing").getByText("<b>high</b> (now 1)").waitFor();
    // It still fires, with another value.
    served.feed.firing = served.feed.firing.map((firing) => {
      return { ...firing, value: 6680 };
    });
    served.feed.push(fullSnapshot(1));
    await item("firing").getByText("<b>high</b> (now 6,680)").waitFor();
    const steadyMs = 2000;
    // The time of day was set back meanwhile.
    const atMs = 500;
    served.feed.alert({
      ...alert,
      atMs,
      steadyMs,
      state: "resolved",
      message: "low",
    });
    await item("resolved").getByText("low").waitFor();
    assertEquals(await item("firing").count(), 0);
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, a page opened after the first events are gone gets the history all the same",
  inBrowser,
  async () => {
    await using served = new Served();
    // More than the stream keeps.
    for (let n = 1; n <= 900; n++) served.feed.push(fullSnapshot(n));
    await using browser = await TestBrowser.open();
    await browser.open(served.address);
    await shows(browser, "Actors", "pool", "10");
    served.feed.push(fullSnapshot(901));
    await shows(browser, "Actors", "pool", "11");
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, the page says that its server is gone, and reconnects with what it missed",
  inBrowser,
  async () => {
    await using served = new Served();
    served.feed.push(fullSnapshot(1));
    await using browser = await TestBrowser.open();
    await browser.open(served.address);
    await shows(browser, "Actors", "pool", "11");
    await served.stop();
    await browser.phase("disconnected");
    // As a proxy whose server is gone, which ends the tries of a browser.
    await served.refuse();
    served.feed.push(fullSnapshot(2));
    served.start();
    await browser.phase("connected");
    await shows(browser, "Actors", "pool", "12");
  },
);

Deno.test(
  "in a browser, two lines that are the same are both seen",
  inBrowser,
  async () => {
    await using served = new Served();
    for (let n = 1; n <= 60; n++) {
      // As when there are fewer values than a hundred.
      const eventLoop = { delayP50Ms: 1, delayP99Ms: 40, delayMaxMs: 40 };
      served.feed.push({ ...fullSnapshot(n), eventLoop });
    }
    await using browser = await TestBrowser.open();
    await browser.open(served.address);
    await shows(browser, "Event loop delay", "max", "40");
    /** How many points of the chart have the colours of the three lines. */
    const points = `(() => {
      const panel = [...document.querySelectorAll(".panel")]
        .find((panel) => panel.textContent.startsWith("Event loop"));
      const canvas = panel.querySelector("canvas");
      const { width, height } = canvas;
      const { data } = canvas.getContext("2d")
        .getImageData(0, 0, width, height);
      return [1, 2, 3].map((number) => {
        const probe = document.createElement("i");
        probe.style.color = "var(--series-" + number + ")";
        document.body.append(probe);
        const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
        probe.remove();
        let count = 0;
        for (let i = 0; i < data.length; i += 4) {
          if (wanted.every((part, at) => Math.abs(part - data[i + at]) < 8)) {
            count++;
          }
        }
        return count;
      });
    })()`;
    const counts = await browser.page.evaluate(points);
    assert(Array.isArray(counts) && counts.length === 3);
    for (const count of counts) assert(count > 20, `${counts}`);
    browser.assertQuiet();
  },
);

/** Makes a tab believe that another one is in front of it, or it of them. */
async function setVisible(
  { page }: TestBrowser,
  isVisible: boolean,
): Promise<void> {
  const state = isVisible ? "visible" : "hidden";
  await page.evaluate(
    `Object.defineProperty(document, "visibilityState", {
      value: "${state}",
      configurable: true,
    });
    document.dispatchEvent(new Event("visibilitychange"));`,
  );
}

Deno.test(
  "in a browser, seven tabs share one stream, which passes to another when its tab is closed or hidden",
  inBrowser,
  async () => {
    await using served = new Served();
    let n = 1;
    const push = (): void => served.feed.push(fullSnapshot(n));
    push();
    served.load(1);
    await using first = await TestBrowser.open();
    await first.open(served.address);
    const others = await Promise.all(
      Array.from({ length: 6 }, () => first.tab()),
    );
    await Promise.all(others.map((tab) => tab.open(served.address)));
    await Promise.all(
      [first, ...others].map((tab) => view(tab, "Process")),
    );
    await served.streams(1);
    const show = async (tabs: readonly TestBrowser[]): Promise<void> => {
      const pool = `${10 + n % 3}`;
      await Promise.all(tabs.map((tab) => shows(tab, "Actors", "pool", pool)));
    };
    n++;
    push();
    await show([first, ...others]);
    // Each has the load test from its start, though it came later.
    await Promise.all(others.map(async (tab) => {
      await view(tab, "Load test");
      await shows(tab, "Users", "users", "13");
      await view(tab, "Process");
    }));
    // The one with the stream goes.
    await first.page.close();
    await served.streams(1);
    n++;
    push();
    await show(others);
    // Hidden tabs have no stream, and miss nothing when they are shown again.
    for (const tab of others) await setVisible(tab, false);
    await served.streams(0);
    n++;
    push();
    const [second, third] = others;
    if (second === undefined || third === undefined) throw new TypeError();
    await setVisible(third, true);
    await show([third]);
    await setVisible(second, true);
    await show([second, third]);
    await served.streams(1);
    await setVisible(third, false);
    n++;
    push();
    await show([second]);
    await served.streams(1);
    for (const tab of others) tab.assertQuiet();
  },
);

Deno.test(
  "in a browser without locks, each visible tab has a stream, and a hidden one has none",
  inBrowser,
  async () => {
    await using served = new Served();
    served.feed.push(fullSnapshot(1));
    await using browser = await TestBrowser.open();
    const tabs = [browser, await browser.tab()];
    for (const tab of tabs) {
      // As over http from another machine.
      await tab.page.addInitScript(
        `Object.defineProperty(navigator, "locks", { value: undefined })`,
      );
      await tab.open(served.address);
    }
    await served.streams(2);
    await setVisible(browser, false);
    await served.streams(1);
    served.feed.push(fullSnapshot(2));
    await setVisible(browser, true);
    for (const tab of tabs) await shows(tab, "Actors", "pool", "12");
    await served.streams(2);
    browser.assertQuiet();
  },
);

Deno.test(
  "in a browser, the page fits on a phone, dark and light",
  inBrowser,
  async () => {
    await using served = new Served();
    for (let n = 1; n <= 30; n++) served.feed.push(fullSnapshot(n));
    served.load(1);
    await using browser = await TestBrowser.open({
      viewport: { width: 360, height: 740 },
      isMobile: true,
      colorScheme: "dark",
    });
    await browser.open(served.address);
    await view(browser, "Process");
    await shows(browser, "Actors", "pool", "10");
    const { page } = browser;
    const background = () =>
      page.evaluate("getComputedStyle(document.body).backgroundColor");
    const dark = await background();
    await page.emulateMedia({ colorScheme: "light" });
    assert(await background() !== dark);
    for (const name of ["Process", "Load test", "Instruments"]) {
      await view(browser, name);
      assert(await fits(browser), name);
    }
    browser.assertQuiet();
  },
);

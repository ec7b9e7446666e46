// The view of a load test on a terminal.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripVTControlCharacters } from "node:util";
import { loadEndOf, loadEventOf } from "../../../src/load/cli/load_event.ts";
import { parseKeys } from "../../../src/metrics/cli/keys.ts";
import { screenLines, tableLines } from "../../../src/metrics/cli/screen.ts";
import {
  initialScreen,
  type ScreenEvent,
  type ScreenState,
} from "../../../src/metrics/cli/screen_state.ts";
import { transition } from "../../../src/metrics/cli/transition.ts";
import { Command, shortScenario } from "../../load/cli/command.ts";
import { failed } from "../../load/report/results.ts";
import { onPty, Ptys } from "../../pty/ptys.ts";
import { loadProgress } from "../loads.ts";
import { SCENARIO } from "../served_page.ts";
import { LEFT, MAIN, Viewer } from "./viewer.ts";

const START = initialScreen({
  url: "http://127.0.0.1/",
  view: "actors",
  isChosen: false,
  sort: undefined,
  isReversed: false,
  filter: "",
});

/** The progress of a run in its second number `n`. */
function second(n: number): ScreenEvent {
  return { type: "load", load: loadEventOf(SCENARIO, loadProgress(n)) };
}

function typed(text: string): ScreenEvent[] {
  return parseKeys(text).map((key) => ({ type: "key", key }));
}

function after(...events: readonly ScreenEvent[]): ScreenState {
  return events.reduce(transition, START);
}

function drawn(state: ScreenState): string[] {
  return screenLines(state).map(stripVTControlCharacters);
}

Deno.test("a load test is shown with what was planned beside what was reached, its criteria and its operations, in 80 columns", () => {
  const lines = drawn(after(second(44), second(45)));
  assertEquals(lines.length, 24);
  for (const line of lines) assert([...line].length <= 80, line);
  const shown = lines.join("\n");
  assertMatch(shown, /^checkout of a shop \(open model\) — A login, a basket/m);
  assertMatch(shown, /^█{15}░{5} steady, 0:45 of 1:00$/m);
  assertMatch(shown, /200 users of 200 planned · 20 in flight · \d+ ok\/s/);
  assertMatch(shown, /^so far [\d,]+ ok · 30 failed · 0 timed out/m);
  assertMatch(shown, /^latency\.p99 ≤ 50 ms +✓ yes +16\.5 ms$/m);
  assertMatch(shown, /^errorRate of write ≤ 1 % +✗ no +1\.5 %$/m);
  assertMatch(shown, /^operation +ok +ok\/s +errors +p50 ms +p95 ms +p99 ms/m);
  assertMatch(shown, /^write +100 +2\.22 +23\.1 % +2\.5 +8\.25 +16\.5 +420$/m);
  assertMatch(shown, /^all +[\d,]+ +\d+ +0\.\d+ %/m);
});

Deno.test("before its steady phase, a load test has no data and no rates", () => {
  const shown = drawn(after(second(0))).join("\n");
  assertMatch(shown, /^latency\.p99 ≤ 50 ms +no data yet +–$/m);
  assertMatch(shown, /– ok\/s · – errors\/s/);
});

Deno.test("the end of a load test stays, with every reason whole", () => {
  const end = loadEndOf(failed, "load-results/chat-1/report.html");
  const state = after(second(45), { type: "load_end", end });
  const shown = drawn(state).join("\n");
  assertMatch(shown, /^The run has ended: failed, after 0:11$/m);
  assertMatch(shown, /^Report: load-results\/chat-1\/report\.html$/m);
  const words = shown.replaceAll(/\s+/g, " ");
  for (const reason of end.reasons) assert(words.includes(reason), reason);
  // Another run on the same page is another one.
  assert(!drawn(transition(state, second(1))).join().includes("has ended"));
});

Deno.test("a load test is shown first, unless the user has chosen another view", () => {
  assertEquals(after(second(1)).view, "load");
  assertEquals(after(...typed("2"), second(1)).view, "sessions");
  assertEquals(after(second(1), ...typed("1"), second(2)).view, "actors");
  const chosen = { ...START, isChosen: true };
  assertEquals(transition(chosen, second(1)).view, "actors");
  assertEquals(after(...typed("7")).view, "load");
  const shown = drawn(after(...typed("7"))).join("\n");
  assertMatch(shown, /This program runs no load test/);
});

Deno.test("on a small terminal, the lines of a load test scroll to the last one and back", () => {
  const resized = { type: "resized", columns: 60, lines: 12 } as const;
  const small = after(second(44), second(45), resized);
  const last = typed("\x1b[F").reduce(transition, small);
  assert(drawn(small).join().includes("steady"));
  assert(!drawn(small).join().includes("status is 503"));
  assert(drawn(last).join().includes("status is 503"), drawn(last).join("\n"));
  const up = typed("k".repeat(50)).reduce(transition, last);
  assertEquals(drawn(up), drawn(small));
  const large = transition(last, { ...resized, lines: 40 });
  assert(drawn(large).join().includes("checkout of a shop"));
});

Deno.test("what stands still does so while a load test goes on", () => {
  const paused = after(second(20), ...typed("p"));
  assertEquals(transition(paused, second(30)).load, paused.load);
});

Deno.test("in a pipe, a load test has lines without colours", () => {
  const lines = tableLines(after(second(44), second(45)));
  assert(!lines.join().includes("\x1b"));
  assert(lines.some((line) => line.startsWith("checkout of a shop")));
});

Deno.test(
  "on a terminal, a load run has its criteria as they stand, and its end",
  onPty,
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
    await using ptys = new Ptys();
    await using viewer = await Viewer.on(ptys, address, {
      columns: 80,
      rows: 24,
      env: { NO_COLOR: "1" },
    });
    await viewer.shows("short & quick", "steady", "✓ yes", "cores busy");
    assertEquals(viewer.lines.length, 24);
    for (const line of viewer.lines) {
      assert([...line].length <= 80, JSON.stringify(line));
    }
    // Nothing is erased behind a line: its last character may be the cursor's.
    for (const line of viewer.drawn.split(/\r+\n/)) {
      assertEquals(line.lastIndexOf("\x1b[K"), 0, JSON.stringify(line));
      assert(!line.includes("\x1b[J"));
    }
    status = 503;
    await viewer.shows("✗ no", "status is 503");
    // Bold and swapped colours are no colours.
    assert(!viewer.screen.text.includes("\x1b[31m"));
    viewer.type("1");
    await viewer.shows("[1 actors]", "users");
    viewer.type("7");
    await viewer.shows("[7 load]");
    const once = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-net", MAIN, address],
      stdin: "null",
    }).output();
    assertMatch(
      new TextDecoder().decode(once.stdout),
      /^short & quick \(closed/m,
    );
    command.signal("SIGINT");
    await viewer.shows("The run has ended: aborted", "Report: reports/");
    assertEquals((await command.ended()).code, 4);
    await viewer.shows("not connected", "The run has ended: aborted");
    viewer.type("q");
    assertEquals((await viewer.screen.exit()).code, 0);
    assert(viewer.screen.text.endsWith(LEFT));
  },
);

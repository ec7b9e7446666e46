import { assert, assertEquals } from "@std/assert";
import type { AlertEvent } from "../../src/metrics/feed.ts";
import { alertText, withAlert } from "../../src/metrics/page/alert_list.ts";
import { orderOf } from "../../src/metrics/page/event_order.ts";
import { valueText } from "../../src/metrics/watch/format.ts";
import { instrumentPanel } from "../../src/metrics/page/instrument_panels.ts";
import { LOAD_PANELS, loadText } from "../../src/metrics/page/load_panels.ts";
import {
  linearEnds,
  logEnds,
  logMarks,
} from "../../src/metrics/page/value_scale.ts";
import {
  ACTOR_PANELS,
  HOST_PANELS,
  PROCESS_PANELS,
} from "../../src/metrics/page/process_panels.ts";
import { axisEnds, stepOf } from "../../src/metrics/page/range.ts";
import { sortedBy } from "../../src/metrics/page/sorting.ts";
import {
  offsetToAsk,
  pauseBeforeAsking,
  rowsInView,
} from "../../src/metrics/page/window_rules.ts";
import { Series } from "../../src/metrics/page/series.ts";
import type { MetricsSnapshot } from "../../src/metrics/snapshot.ts";
import { loadProgress } from "./loads.ts";
import { emptySnapshot, fullSnapshot } from "./snapshots.ts";

const PANELS = [...PROCESS_PANELS, ...HOST_PANELS, ...ACTOR_PANELS];

function read(
  title: string,
  now: MetricsSnapshot,
  before?: MetricsSnapshot,
): unknown {
  return PANELS.find((panel) => panel.title === title)
    ?.read(now, before);
}

Deno.test("A series keeps its last points", () => {
  const series = new Series(3);
  for (let x = 1; x <= 5; x++) series.push(x, { a: x });
  assertEquals(series.columns, [[3, 4, 5], [3, 4, 5]]);
});

Deno.test("A line that starts later has holes before, and one that ends is removed with its last point", () => {
  const series = new Series(3);
  series.push(1, { a: 1, none: null });
  series.push(2, { a: 2, b: 2 });
  assertEquals(series.names, ["a", "b"]);
  assertEquals(series.columns, [[1, 2], [1, 2], [null, 2]]);
  for (let x = 3; x <= 5; x++) series.push(x, { b: x });
  assertEquals(series.names, ["b"]);
});

Deno.test("A point that is not after the last one is skipped", () => {
  const series = new Series(9);
  for (const x of [1, 2, 2, 1, NaN, 3]) series.push(x, { a: x });
  assertEquals(series.columns, [[1, 2, 3], [1, 2, 3]]);
});

Deno.test("Points that are far apart are not joined", () => {
  const series = new Series(9);
  for (const x of [0, 1, 2, 7, 60]) series.push(x, { a: x });
  assertEquals(series.columns, [
    [0, 1, 2, 7, 12, 60],
    [0, 1, 2, 7, null, 60],
  ]);
});

Deno.test("Lines that have ended make room when there are too many", () => {
  const series = new Series(50);
  for (let x = 1; x <= 100; x++) series.push(x, { stays: x, [`n${x}`]: x });
  assertEquals(series.names.length, 16);
  assertEquals([series.names.at(0), series.names.at(-1)], ["stays", "n100"]);
  const full = new Series(9);
  full.push(
    1,
    Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`n${i}`, i])),
  );
  assertEquals(full.columns.length, 17);
});

Deno.test("Messages are counted by group and second, but not where a counter restarted", () => {
  const one = fullSnapshot(1);
  const three = fullSnapshot(3);
  assertEquals(read("Messages handled", three, one), {
    listeners: 100,
    pool: 200,
    terminals: 300,
  });
  const none = { listeners: null, pool: null, terminals: null };
  assertEquals(read("Messages handled", one), none);
  const restarted = { ...one, steadyMs: three.steadyMs + 1000 };
  assertEquals(read("Messages handled", restarted, three), none);
});

Deno.test("Rates do not depend on how the time of day is set", () => {
  const one = fullSnapshot(1);
  const two = fullSnapshot(2);
  for (const jumpMs of [-3_600_000, 3_600_000]) {
    const moved = { ...two, atMs: two.atMs + jumpMs };
    assertEquals(
      read("Messages handled", moved, one),
      read("Messages handled", two, one),
    );
  }
});

Deno.test("A chart of actors shows eight groups and the sum of the others", () => {
  const full = fullSnapshot();
  const [group] = full.actors?.groups ?? [];
  if (group === undefined || full.actors === null) throw new TypeError();
  const groups = Array.from(
    { length: 11 },
    (_, i) => ({ ...group, name: `g${i}`, actors: i }),
  );
  const values = read("Actors", {
    ...full,
    actors: { ...full.actors, groups },
  });
  assertEquals(values, {
    ...Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [`g${i}`, i]),
    ),
    others: 8 + 9 + 10,
  });
});

Deno.test("What is unknown is a hole in every chart", () => {
  for (const panel of PANELS) {
    const values = Object.values(panel.read(emptySnapshot(), undefined));
    assertEquals(values.filter((value) => value !== null), [], panel.title);
  }
});

Deno.test("Throughput and errors of a load test are those of the last interval", () => {
  const [before, now] = [loadProgress(39), loadProgress(40)];
  const values = LOAD_PANELS.map((panel) => panel.read(now, before));
  assertEquals(values[1], {
    ok: now.total.ok - before.total.ok,
    planned: now.total.planned - before.total.planned,
  });
  assertEquals(values[2], { failed: 2, "timed out": 0, dropped: 0 });
  assertEquals(values[3], { users: 200, "in flight": 20, planned: 200 });
});

Deno.test("The axis is a minute from the first second, and the range at most", () => {
  assertEquals(axisEnds(100, 100, 900), [100, 160]);
  assertEquals(axisEnds(100, 130, 900), [100, 160]);
  assertEquals(axisEnds(100, 400, 900), [100, 400]);
  assertEquals(axisEnds(100, 2000, 900), [1100, 2000]);
  assertEquals(axisEnds(100, 2000, 60), [1940, 2000]);
  assertEquals(axisEnds(100, 2000, Infinity), [100, 2000]);
  // A run that is planned to be shorter.
  assertEquals(axisEnds(0, 5, 900, 20), [0, 20]);
});

Deno.test("Points of a long range become one: their mean, and the largest of maxima", () => {
  assertEquals([stepOf(900), stepOf(3600)], [0, 4]);
  const series = new Series(900, 4);
  for (let x = 0; x < 8; x++) series.push(x, { busy: x, max: x % 4 });
  assertEquals(series.names, ["busy", "max"]);
  assertEquals(series.columns, [[3, 7], [1.5, 5.5], [3, 3]]);
});

Deno.test("A linear axis has 0, and what is below it", () => {
  assertEquals(linearEnds(5, 10), [0, 11]);
  assertEquals(linearEnds(-10, -5), [-11, 0]);
  assertEquals(linearEnds(0, 0), [0, 1]);
  assertEquals(linearEnds(null, null), [0, 1]);
});

Deno.test("A logarithmic axis ends at powers of ten, and 0 has a place on it", () => {
  assertEquals(logEnds(3, 45), [1, 100]);
  assertEquals(logEnds(0, 0), [0.01, 0.1]);
  assertEquals(logEnds(null, null), [0.1, 10]);
  assertEquals(logEnds(10, 10), [10, 100]);
  assertEquals(logMarks(1, 100), [1, 10, 100]);
  assertEquals(logMarks(1, 10), [1, 2, 5, 10]);
  assertEquals(logMarks(0.01, 100_000).length, 4);
});

Deno.test("A counter is shown as a rate, a gauge as it is, a histogram by percentiles", () => {
  const [one, two] = [fullSnapshot(1), fullSnapshot(2)];
  const panels = two.instruments.map(instrumentPanel);
  assertEquals(
    panels.map(({ title, unit, isLogarithmic, read }) => [
      title,
      unit,
      isLogarithmic,
      read(two, one),
    ]),
    [
      ["orders", "/s", false, { "route=/orders": 5 }],
      ["queue.length", "order", false, { value: -2 }],
      ["latency", "ms", true, { p50: 2, p90: 4, p99: 4, max: 4 }],
    ],
  );
});

Deno.test("A histogram with several sets of labels has the 99th percentile of each", () => {
  const [sample] = fullSnapshot().instruments.slice(2);
  if (sample === undefined) throw new TypeError();
  const instruments = ["/a", "/b"].map((route) => ({
    ...sample,
    labels: { route },
  }));
  assertEquals(
    instrumentPanel(sample).read({ ...fullSnapshot(), instruments }, undefined),
    { "p99 route=/a": 4, "p99 route=/b": 4 },
  );
});

Deno.test("The rows in the page are those that are seen and a few more", () => {
  assertEquals(rowsInView(0, 300, 30, 10_000), { from: 0, to: 19 });
  assertEquals(rowsInView(3000, 300, 30, 10_000), { from: 92, to: 119 });
  assertEquals(rowsInView(299_700, 300, 30, 10_000), {
    from: 9982,
    to: 10_000,
  });
  assertEquals(rowsInView(9000, 300, 30, 5), { from: 5, to: 5 });
});

Deno.test("Rows are asked for when what is seen is not there, around it", () => {
  const seen = { from: 92, to: 119 };
  assertEquals(offsetToAsk(seen, { from: 0, to: 200 }), undefined);
  assertEquals(offsetToAsk(seen, { from: 0, to: 100 }), 0);
  const far = { from: 5000, to: 5030 };
  assertEquals(offsetToAsk(far, { from: 0, to: 200 }), 4900);
});

Deno.test("One who scrolls to and fro never asks for more views than a server keeps", () => {
  let askedAt: readonly number[] = [];
  let most = 0;
  // Asks as soon as it may, for two minutes.
  for (let now = 0; now < 120_000;) {
    const { pauseMs, recent } = pauseBeforeAsking(askedAt, now);
    now += pauseMs;
    askedAt = [...recent, now];
    most = Math.max(most, askedAt.filter((at) => now - at < 15_000).length);
  }
  assert(most > 20 && most <= 29, `${most} views`);
});

Deno.test("A column sorts numbers from the largest, and the other way when it is chosen again", () => {
  const first = { by: "path", order: "ascending" } as const;
  const mailbox = sortedBy(first, "mailbox", true);
  assertEquals(mailbox, { by: "mailbox", order: "descending" });
  assertEquals(sortedBy(mailbox, "mailbox", true).order, "ascending");
  assertEquals(sortedBy(mailbox, "path", false), first);
});

Deno.test("A load test is summed up in one line", () => {
  assertEquals(
    loadText(loadProgress(41)),
    "steady, 0:41 of 1:00 · 36,894 ok · 22 failed · 0 timed out · 0 dropped · 200 users · 20 in flight",
  );
  assertEquals(loadText(loadProgress(1)).split(",")[0], "ramp up");
});

for (
  const [value, unit, text] of [
    [null, "ms", "–"],
    [0, "bytes", "0 B"],
    [999, "bytes", "999 B"],
    [1234567, "bytes", "1.23 MB"],
    [2.5e15, "bytes", "2,500 TB"],
    [0.0123456, "cores", "0.0123"],
    [1234.56, "ms", "1,235"],
    [1234567, "/s", "1.235M"],
  ] as const
) {
  Deno.test(`${value} ${unit} is shown as ${text}`, () => {
    assertEquals(valueText(value, unit), text);
  });
}

Deno.test("Alerts that fire come first, each rule once, and few resolved ones follow", () => {
  const alert = (
    name: string,
    state: AlertEvent["state"],
    steadyMs: number,
  ): AlertEvent => ({
    name,
    state,
    // However the time of day is set.
    atMs: -steadyMs,
    steadyMs,
    value: 1,
    message: "",
  });
  let list: AlertEvent[] = [];
  for (
    const next of [
      alert("a", "firing", 1),
      alert("b", "firing", 2),
      alert("a", "resolved", 3),
      // Again, as after a reconnection.
      alert("a", "firing", 1),
      alert("a", "resolved", 3),
      alert("b", "firing", 2),
    ]
  ) list = withAlert(list, next);
  assertEquals(list, [alert("b", "firing", 2), alert("a", "resolved", 3)]);
  for (let i = 0; i < 100; i++) {
    list = withAlert(list, alert("c", i % 2 ? "resolved" : "firing", 10 + i));
  }
  assertEquals([list.length, list[0]?.name], [20, "b"]);
});

Deno.test("An alert shows its value, if its message does not", () => {
  const alert = { name: "a", atMs: 1, steadyMs: 1, value: 6680.25 } as const;
  for (
    const [state, message, text] of [
      ["firing", "a is 6680.25, above 9", "a is 6680.25, above 9"],
      ["firing", "Too much", "Too much (now 6,680.25)"],
      ["resolved", "Too much", "Too much (it was 6,680.25)"],
    ] as const
  ) assertEquals(alertText({ ...alert, state, message }), text);
});

for (
  const [what, last, after, id, order] of [
    ["the one after it", "0a1b2c3d-5", "0a1b2c3d-5", "0a1b2c3d-6", "next"],
    ["the first one", "0", "0", "0a1b2c3d-1", "next"],
    ["one of a new server", "0a1b2c3d-5", "0a1b2c3d-5", "ffffffff-1", "next"],
    [
      "one of which it has more",
      "0a1b2c3d-5",
      "0a1b2c3d-2",
      "0a1b2c3d-6",
      "next",
    ],
    ["an old one", "0a1b2c3d-5", "0a1b2c3d-3", "0a1b2c3d-4", "seen"],
    ["its last one", "0a1b2c3d-15", "0a1b2c3d-9", "0a1b2c3d-15", "seen"],
    ["one after others", "0a1b2c3d-5", "0a1b2c3d-10", "0a1b2c3d-11", "missed"],
    ["one before it had any", "0", "0a1b2c3d-1", "0a1b2c3d-2", "missed"],
    [
      "one after others of a new server",
      "0a1b2c3d-5",
      "ffffffff-1",
      "ffffffff-2",
      "missed",
    ],
  ] as const
) {
  Deno.test(`A tab that is passed on ${what} takes it as ${order}`, () => {
    assertEquals(orderOf(last, { after, id }), order);
  });
}

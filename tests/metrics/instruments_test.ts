import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { MAX_LABEL_CHARS } from "../../src/metrics/instrument_names.ts";
import { Instruments } from "../../src/metrics/instruments.ts";
import { InstrumentError } from "../../src/metrics/metrics_errors.ts";
import type { HistogramSample, Labels } from "../../src/metrics/snapshot.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** The values of counters and gauges by name and labels. */
function values(instruments: Instruments): Record<string, number> {
  return Object.fromEntries(
    instruments.samples().map((sample) => [
      sample.name + JSON.stringify(sample.labels),
      sample.type === "histogram" ? sample.summary.count : sample.value,
    ]),
  );
}

Deno.test("a counter adds up its values for each set of labels", () => {
  const instruments = new Instruments();
  const orders = instruments.counter("orders");
  orders.add();
  orders.add(2.5, {});
  orders.add(1, { shop: "north" });
  orders.add(0, { shop: "south" });
  orders.add(3, { shop: "north" });
  assertEquals(values(instruments), {
    "orders{}": 3.5,
    'orders{"shop":"north"}': 4,
    'orders{"shop":"south"}': 0,
  });
});

Deno.test("a gauge goes up and down", () => {
  const instruments = new Instruments();
  const depth = instruments.gauge("depth", { help: "How deep", unit: "m" });
  depth.add(-2);
  depth.set(10, { side: "left" });
  depth.add(-3, { side: "left" });
  assertEquals(values(instruments), {
    "depth{}": -2,
    'depth{"side":"left"}': 7,
  });
  const [sample] = instruments.samples();
  assertEquals([sample?.help, sample?.unit], ["How deep", "m"]);
});

Deno.test("a histogram shows how values are distributed, including large ones", () => {
  const instruments = new Instruments();
  const size = instruments.histogram("size", { unit: "bytes" });
  for (let gigabytes = 1; gigabytes <= 100; gigabytes++) {
    size.record(gigabytes * 1e9);
  }
  const [sample] = instruments.samples();
  assert(sample?.type === "histogram");
  assertEquals(sample.summary.count, 100);
  assertEquals(sample.summary.max, 100e9);
  assert(Math.abs(Number(sample.summary.p50) / 50e9 - 1) < 0.001);
});

/** The only sample, which is that of a histogram. */
function histogramOf(instruments: Instruments): HistogramSample {
  const [sample] = instruments.samples();
  assert(sample?.type === "histogram");
  return sample;
}

Deno.test("the percentiles of a histogram are those of a window, and its buckets of all values", () => {
  const clock = new ManualClock();
  const instruments = new Instruments({ clock, windowMs: 60_000 });
  const time = instruments.histogram("time", { unit: "ms" });
  const after = (ms: number): HistogramSample => {
    clock.advance(ms);
    return histogramOf(instruments);
  };
  for (let i = 0; i < 10_000; i++) time.record(10);
  // To three digits.
  const isTen = (value: number | null): boolean =>
    Math.abs(Number(value) - 10) <= 0.01;
  assert(isTen(after(0).summary.p99));
  for (let i = 0; i < 100; i++) time.record(1000);
  // Few of many: as long as all of them are in the window.
  assert(isTen(after(1000).summary.p99));
  assertEquals(after(30_000).summary.count, 10_100);
  for (let i = 0; i < 100; i++) time.record(1000);
  const late = after(90_000);
  assertEquals(late.summary.count, 100);
  assertEquals([late.summary.p50, late.summary.p99], [1000, 1000]);
  assertEquals([late.count, late.sum], [10_200, 300_000]);
  const { bounds, counts } = late.buckets;
  assertEquals(counts[bounds.indexOf(10)], 10_000);
  assertEquals(counts[bounds.indexOf(1000)], 10_200);
  const empty = after(90_000);
  assertEquals(empty.summary.count, 0);
  assertEquals([empty.summary.p99, empty.summary.max], [null, null]);
  assertEquals(empty.buckets, late.buckets);
});

Deno.test("the window has all values of its length, and none that are one and a half times as old", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 200 }),
    (steps) => {
      const clock = new ManualClock();
      const instruments = new Instruments({ clock, windowMs: 1000 });
      const time = instruments.histogram("time");
      const recordedAt: number[] = [];
      for (const step of steps) {
        clock.advance(step);
        const nowMs = clock.now();
        time.record(1);
        recordedAt.push(nowMs);
        const { count } = histogramOf(instruments).summary;
        const within = (ms: number): number =>
          recordedAt.filter((atMs) => atMs > nowMs - ms).length;
        assert(count >= within(1000), `${count} of ${within(1000)}`);
        // Half the window, and the longest time between two reads.
        assert(count <= within(1500 + 400), `${count} of ${within(1900)}`);
      }
    },
  ));
});

Deno.test("a histogram without a window has the percentiles of all values", () => {
  const clock = new ManualClock();
  const instruments = new Instruments({ clock, windowMs: Infinity });
  const time = instruments.histogram("time");
  for (let i = 1; i <= 4; i++) {
    time.record(i);
    clock.advance(1e9);
    assertEquals(histogramOf(instruments).summary.count, i);
  }
});

Deno.test("each value is counted in every bucket whose bound it does not exceed", () => {
  const finite = { min: 0, max: 1e12, noNaN: true };
  fc.assert(fc.property(
    fc.uniqueArray(fc.double(finite), { minLength: 1, maxLength: 20 }),
    fc.array(fc.double(finite), { maxLength: 50 }),
    (bounds, values) => {
      const buckets = bounds.map((bound) => bound + 0).sort((a, b) => a - b);
      fc.pre(buckets.every((bound, i) => bound !== buckets[i - 1]));
      const instruments = new Instruments();
      const size = instruments.histogram("size", { buckets });
      for (const value of [0, ...values, ...buckets]) size.record(value);
      const all = [0, ...values, ...buckets];
      const sample = histogramOf(instruments);
      assertEquals(sample.count, all.length);
      assertEquals(sample.buckets, {
        bounds: buckets,
        counts: buckets.map((bound) =>
          all.filter((value) => value <= bound).length
        ),
      });
    },
  ));
});

for (
  const [unit, first, last] of [
    ["s", 0.001, 10],
    ["ms", 1, 10_000],
    ["us", 1000, 1e7],
    ["bytes", 256, 2 ** 26],
    ["", 1, 10_000],
  ] as const
) {
  Deno.test(`a histogram in "${unit}" has buckets from ${first} to ${last}`, () => {
    const instruments = new Instruments();
    instruments.histogram("a", { unit }).record(1);
    const { bounds } = histogramOf(instruments).buckets;
    assertEquals([bounds.at(0), bounds.at(-1)], [first, last]);
  });
}

for (
  const [what, buckets, type, message] of [
    ["that are no array", "1,2", TypeError, "buckets of size: it is a string"],
    [
      "that are texts",
      ["1"],
      TypeError,
      'bound 0 of the buckets of size: it is "1"',
    ],
    [
      "of which there are none",
      [],
      RangeError,
      "the number of buckets of size",
    ],
    [
      "that fall",
      [2, 1],
      RangeError,
      "bound 1 of the buckets of size: it is 1",
    ],
    ["of which two are the same", [1, 1], RangeError, "above 1"],
    ["without an end", [1, Infinity], RangeError, "finite"],
    ["below 0", [-1, 1], RangeError, "at least 0"],
  ] as const
) {
  Deno.test(`buckets ${what} are refused`, () => {
    const instruments = new Instruments();
    assertThrows(
      // As a program without types does.
      () =>
        Reflect.apply(instruments.histogram, instruments, ["size", {
          buckets,
        }]),
      type,
      message,
    );
    assertEquals(instruments.samples(), []);
  });
}

Deno.test("a histogram cannot have other buckets the second time", () => {
  const instruments = new Instruments();
  const size = instruments.histogram("size", { buckets: [1, 2] });
  assert(instruments.histogram("size") === size);
  assert(instruments.histogram("size", { buckets: [1, 2] }) === size);
  assertThrows(
    () => instruments.histogram("size", { buckets: [1, 3] }),
    InstrumentError,
    "there is one with 1,2, choose another name",
  );
});

Deno.test("the order of labels makes no difference", () => {
  const instruments = new Instruments();
  const orders = instruments.counter("orders");
  orders.add(1, { a: "1", b: "2" });
  orders.add(1, { b: "2", a: "1" });
  assertEquals(values(instruments), { 'orders{"a":"1","b":"2"}': 2 });
});

Deno.test("labels that look alike when joined are kept apart", () => {
  const instruments = new Instruments();
  const orders = instruments.counter("orders");
  orders.add(1, { a: '1","b":"2' });
  orders.add(1, { a: "1", b: "2" });
  orders.add(1, { a: "1,b=2" });
  assertEquals(instruments.samples().length, 3);
});

Deno.test("a name gives the same instrument each time", () => {
  const instruments = new Instruments();
  instruments.counter("orders", { help: "One" }).add();
  instruments.counter("orders", { help: "Another" }).add();
  assertEquals(values(instruments), { "orders{}": 2 });
});

Deno.test("a name cannot have two types or units", () => {
  const instruments = new Instruments();
  instruments.counter("orders");
  assertThrows(
    () => instruments.gauge("orders"),
    InstrumentError,
    'Cannot create the gauge orders in "": there is a counter orders in ""',
  );
  assertThrows(
    () => instruments.counter("orders", { unit: "bytes" }),
    InstrumentError,
    "choose another name",
  );
});

for (
  const name of [
    "",
    "1st",
    "two words",
    "dotted.name",
    "größe",
    "a-b",
    "orders_total",
    "time_sum",
    "time_bucket",
    "build_info",
  ]
) {
  Deno.test(`the name ${JSON.stringify(name)} is refused`, () => {
    const instruments = new Instruments();
    assertThrows(
      () => instruments.counter(name),
      InstrumentError,
      `its name is ${JSON.stringify(name)}`,
    );
    assertEquals(instruments.samples(), []);
  });
}

for (
  const [name, unit, text] of [
    ["process_cpu_cores", "", "process_cpu_cores"],
    ["process_cpu", "ms", "process_cpu_seconds"],
    ["v8_heap_used_bytes", "", "v8_heap_used_bytes"],
    ["host_load_average", "", "host_load_average"],
    ["troupe_actors", "", "troupe_actors"],
    ["troupe_orders", "", "troupe_orders"],
  ] as const
) {
  Deno.test(`the name ${name} in "${unit}" is refused, for the collector has it`, () => {
    const instruments = new Instruments();
    assertThrows(
      () => instruments.gauge(name, { unit }),
      InstrumentError,
      `in Prometheus its name is ${text}, which belongs to the collector, choose another name`,
    );
  });
}

Deno.test("a name that is another's in Prometheus is refused", () => {
  const instruments = new Instruments();
  instruments.counter("wait", { unit: "ms" });
  assertThrows(
    () => instruments.gauge("wait_seconds"),
    InstrumentError,
    "Cannot create the gauge wait_seconds: in Prometheus its name is wait_seconds, which belongs to wait",
  );
  assertThrows(
    () => instruments.gauge("wait_seconds", { unit: "total" }),
    InstrumentError,
    "which belongs to wait",
  );
  instruments.gauge("waits");
});

for (const name of ["orders", "_orders", "a:b_1", "total", "counts"]) {
  Deno.test(`the name ${name} is accepted`, () => {
    new Instruments().counter(name);
  });
}

for (const label of ["", "1st", "a:b", "a-b", "__own", "le", "quantile"]) {
  Deno.test(`the label ${JSON.stringify(label)} is refused`, () => {
    const orders = new Instruments().counter("orders");
    assertThrows(() => orders.add(1, { [label]: "x" }), InstrumentError);
  });
}

Deno.test("a label's value that is not a string is refused", () => {
  const orders = new Instruments().counter("orders");
  // As a program without types does.
  const labels: Labels = JSON.parse('{ "status": 200 }');
  assertThrows(() => orders.add(1, labels), InstrumentError, "is 200");
});

Deno.test("invalid numbers are refused, and change nothing", () => {
  const instruments = new Instruments();
  const orders = instruments.counter("orders");
  const depth = instruments.gauge("depth");
  const time = instruments.histogram("time");
  for (const value of [NaN, Infinity, -Infinity]) {
    assertThrows(() => orders.add(value), RangeError, "Cannot add to orders");
    assertThrows(() => depth.set(value), RangeError, "Cannot set to depth");
    assertThrows(() => depth.add(value), RangeError, "Cannot add to depth");
    assertThrows(() => time.record(value), RangeError, "Cannot record to time");
  }
  assertThrows(() => orders.add(-1), RangeError, "must be 0 or more");
  assertThrows(() => time.record(-1), RangeError, "must be 0 or more");
  assertEquals(instruments.samples(), []);
});

Deno.test("a counter over its limit of labels adds to one series", () => {
  const instruments = new Instruments({ maxLabelSets: 2 });
  const orders = instruments.counter("orders");
  for (let shop = 0; shop < 10_000; shop++) orders.add(1, { shop: `${shop}` });
  orders.add(1, { shop: "0" });
  assertEquals(values(instruments), {
    'orders{"shop":"0"}': 2,
    'orders{"shop":"1"}': 1,
    'orders{"overflow":"true"}': 9998,
    "troupe_instrument_overflows{}": 9998,
  });
  assertEquals(instruments.overflows, 9998);
});

Deno.test("calls of a gauge over its limit of labels are counted, but not kept", () => {
  const instruments = new Instruments({ maxLabelSets: 1 });
  const depth = instruments.gauge("depth");
  depth.set(1, { side: "left" });
  depth.set(2, { side: "right" });
  assertEquals(values(instruments), {
    'depth{"side":"left"}': 1,
    "troupe_instrument_overflows{}": 1,
  });
});

Deno.test("a histogram over its limit keeps every value", () => {
  const instruments = new Instruments({ maxLabelSets: 1 });
  const time = instruments.histogram("time");
  for (const route of ["a", "b", "c"]) time.record(1, { route });
  assertEquals(values(instruments)['time{"overflow":"true"}'], 2);
});

Deno.test("an instrument over its limit leaves the limits of others alone", () => {
  const instruments = new Instruments({ maxLabelSets: 1 });
  const one = instruments.counter("one");
  for (const a of ["1", "2", "3"]) one.add(1, { a });
  instruments.counter("other").add(1, { a: "9" });
  assertEquals(values(instruments)['other{"a":"9"}'], 1);
});

Deno.test("a long label value is truncated", () => {
  const instruments = new Instruments();
  const orders = instruments.counter("orders");
  const long = "x".repeat(MAX_LABEL_CHARS);
  orders.add(1, { shop: long });
  orders.add(1, { shop: `${long}yz` });
  assertEquals(values(instruments), { [`orders{"shop":"${long}"}`]: 2 });
});

Deno.test("too many instruments are refused", () => {
  const instruments = new Instruments({ maxInstruments: 1 });
  instruments.counter("one");
  assertThrows(
    () => instruments.counter("two"),
    InstrumentError,
    "there are 1 instruments already",
  );
  instruments.counter("one").add();
});

Deno.test("a sample that has not changed is the same object", () => {
  const instruments = new Instruments();
  const orders = instruments.counter("orders");
  orders.add(1, { shop: "north" });
  orders.add(1, { shop: "south" });
  const [north, south] = instruments.samples();
  orders.add(1, { shop: "north" });
  const [newNorth, sameSouth] = instruments.samples();
  assert(south === sameSouth);
  assert(north !== newNorth);
});

Deno.test("an invalid window is refused by name", () => {
  for (const windowMs of [0, -1, NaN]) {
    assertThrows(() => new Instruments({ windowMs }), RangeError, "windowMs");
  }
});

Deno.test("invalid limits are refused by name", () => {
  for (const value of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(
      () => new Instruments({ maxLabelSets: value }),
      RangeError,
      "maxLabelSets",
    );
    assertThrows(
      () => new Instruments({ maxInstruments: value }),
      RangeError,
      "maxInstruments",
    );
  }
});

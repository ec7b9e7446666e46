import { assert, assertEquals, assertThrows } from "@std/assert";
import { MAX_LABEL_CHARS } from "../../src/metrics/instrument_names.ts";
import { Instruments } from "../../src/metrics/instruments.ts";
import { InstrumentError } from "../../src/metrics/metrics_errors.ts";
import type { Labels } from "../../src/metrics/snapshot.ts";

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

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  acceptedTextFormat,
  snapshotToText,
} from "../../src/metrics/snapshot_text.ts";
import type { InstrumentSample } from "../../src/metrics/snapshot.ts";
import { parseOpenMetrics } from "./openmetrics_parser.ts";
import { emptySnapshot, fullSnapshot } from "./snapshots.ts";

/** The samples of a text, as they are written. */
function samples(text: string): string[] {
  return text.split("\n").filter((line) => line !== "" && line[0] !== "#");
}

function withInstruments(...instruments: InstrumentSample[]): string {
  return snapshotToText({ ...emptySnapshot(), instruments });
}

function gauge(part: Partial<InstrumentSample & { type: "gauge" }>) {
  return {
    type: "gauge",
    name: "a",
    help: "",
    unit: "",
    labels: {},
    value: 1,
    ...part,
  } as const;
}

Deno.test("A strict parser of OpenMetrics accepts a complete snapshot", () => {
  const families = parseOpenMetrics(snapshotToText(fullSnapshot()));
  const found = new Map(families.map((family) => [family.name, family]));
  assertEquals(found.get("process_cpu_seconds"), {
    name: "process_cpu_seconds",
    type: "counter",
    unit: "seconds",
    help: "Processor time",
    samples: [
      {
        name: "process_cpu_seconds_total",
        labels: { mode: "user" },
        value: 1.5005,
      },
      {
        name: "process_cpu_seconds_total",
        labels: { mode: "system" },
        value: 0.25,
      },
    ],
  });
  assertEquals(found.get("troupe_mailbox_messages")?.samples.length, 3);
  assertEquals(families.length, 35);
});

Deno.test("What is null is left out of the text", () => {
  assertEquals(snapshotToText(emptySnapshot()), "# EOF\n");
  const { process, ...rest } = fullSnapshot();
  const text = snapshotToText({
    ...rest,
    process: { ...process, rssBytes: null },
  });
  assert(!text.includes("process_resident_memory"));
  assert(text.includes("v8_heap_used_bytes 41000000\n"));
});

Deno.test("A histogram has cumulative buckets, a count and a sum, in base units", () => {
  const text = snapshotToText(fullSnapshot());
  assertEquals(
    text.slice(text.indexOf("# TYPE latency")),
    `# TYPE latency_seconds histogram
# UNIT latency_seconds seconds
# HELP latency_seconds Time to answer
latency_seconds_bucket{route="/orders",le="0.001"} 10
latency_seconds_bucket{route="/orders",le="0.0025"} 40
latency_seconds_bucket{route="/orders",le="+Inf"} 40
latency_seconds_count{route="/orders"} 40
latency_seconds_sum{route="/orders"} 0.1
# EOF
`,
  );
});

for (
  const [name, unit, value, line] of [
    ["wait", "ms", 2.5, "wait_seconds 0.0025"],
    ["wait_ms", "ms", 5, "wait_seconds 0.005"],
    ["wait_seconds", "milliseconds", 5, "wait_seconds 0.005"],
    ["wait", "us", 1, "wait_seconds 0.000001"],
    ["age", "min", 2, "age_seconds 120"],
    ["age", "d", 1, "age_seconds 86400"],
    ["size", "By", 3, "size_bytes 3"],
    ["size", "KiBy", 1.5, "size_bytes 1536"],
    ["used", "%", 12.5, "used_ratio 0.125"],
    ["level_1", "1", 3, "level_1 3"],
    ["queue", "{order}", 3, "queue 3"],
    ["speed", "m/s", 3, "speed_m_s 3"],
  ] as const
) {
  Deno.test(`A gauge ${name} in ${unit} becomes ${line}`, () => {
    const text = withInstruments(gauge({ name, unit, value }));
    parseOpenMetrics(text);
    assertEquals(samples(text), [line]);
  });
}

Deno.test("A bound has a point in OpenMetrics, and none in the older text", () => {
  const { instruments: [, , histogram] } = fullSnapshot();
  if (histogram === undefined) throw new TypeError();
  const snapshot = {
    ...emptySnapshot(),
    instruments: [{ ...histogram, unit: "" }],
  };
  const bound = (format: "openmetrics" | "prometheus") =>
    /le="(.*?)"/.exec(snapshotToText(snapshot, format))?.[1];
  assertEquals([bound("openmetrics"), bound("prometheus")], ["1.0", "1"]);
});

Deno.test("A name does not depend on what is known at the moment", () => {
  const instruments = [gauge({ name: "process_cpu_cores", value: 42 })];
  const unknown = snapshotToText({ ...emptySnapshot(), instruments });
  const known = snapshotToText({ ...fullSnapshot(), instruments });
  assertEquals(samples(unknown), ["process_cpu_cores_2 42"]);
  assert(samples(known).includes("process_cpu_cores_2 42"));
});

Deno.test("The text for Prometheus has neither units nor an end mark, and describes counters by their full names", () => {
  const text = snapshotToText(fullSnapshot(), "prometheus");
  assert(!text.includes("# UNIT") && !text.includes("# EOF"));
  assert(text.includes("# TYPE process_disk_read_bytes_total counter\n"));
  assert(
    text.includes(
      '# HELP orders_total Orders that came\norders_total{route="/orders"} 5\n',
    ),
  );
  assertEquals(samples(text), samples(snapshotToText(fullSnapshot())));
});

Deno.test("Labels and help are escaped", () => {
  const odd = 'a "quote", a \\ and\na new line';
  const text = withInstruments(gauge({ help: odd, labels: { odd } }));
  const [family] = parseOpenMetrics(text);
  assertEquals(family?.help, odd);
  assertEquals(family?.samples[0]?.labels, { odd });
});

Deno.test("A counter whose name ends with _total ends with it once", () => {
  const text = withInstruments({
    ...gauge({ name: "hits_total" }),
    type: "counter",
  });
  assertEquals(samples(text), ["hits_total 1"]);
});

Deno.test("Names that would stand for two metrics get a number", () => {
  const text = withInstruments(
    gauge({ name: "a.b" }),
    gauge({ name: "a_b", unit: "{thing}" }),
    { ...gauge({ name: "a_b" }), type: "counter" },
  );
  parseOpenMetrics(text);
  assertEquals(samples(text), ["a_b 1", "a_b_2 1", "a_b_3_total 1"]);
});

Deno.test("Labels that become the same are merged: the first sample stays, and values of one sample are joined", () => {
  const text = withInstruments(
    gauge({ labels: { "a.b": "x" }, value: 1 }),
    gauge({ labels: { a_b: "x" }, value: 2 }),
    gauge({ labels: { "a.b": "x", "a-b": "y" }, value: 3 }),
  );
  parseOpenMetrics(text);
  assertEquals(samples(text), ['a{a_b="x"} 1', 'a{a_b="x;y"} 3']);
});

Deno.test("NaN and infinities are written as Prometheus writes them", () => {
  const text = withInstruments(
    gauge({ labels: { n: "1" }, value: NaN }),
    gauge({ labels: { n: "2" }, value: Infinity }),
    gauge({ labels: { n: "3" }, value: -Infinity }),
    { ...gauge({ name: "b", value: -1 }), type: "counter" },
  );
  parseOpenMetrics(text);
  assertEquals(samples(text), [
    'a{n="1"} NaN',
    'a{n="2"} +Inf',
    'a{n="3"} -Inf',
  ]);
});

Deno.test("A strict parser accepts whatever an application calls its instruments", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 6 });
  const few = fc.constantFrom(
    "a",
    "a_total",
    "a_sum",
    "a.b",
    "a_b",
    "1",
    "process_open_fds",
    "a_bucket",
  );
  const labels = fc.dictionary(
    fc.oneof(fc.constantFrom("a.b", "a_b", "quantile", "le", "__x", ""), text),
    text,
    { maxKeys: 3 },
  );
  const base = {
    name: fc.oneof(few, text),
    help: text,
    unit: fc.oneof(fc.constantFrom("ms", "By", "1", "{x}", "By/s", ""), text),
    labels,
  };
  const instrument = fc.oneof(
    fc.record({
      type: fc.constantFrom("counter" as const, "gauge" as const),
      ...base,
      value: fc.double(),
    }),
    fc.record({
      type: fc.constant("histogram" as const),
      ...base,
      count: fc.constant(3),
      sum: fc.double({ min: 0, noNaN: true }),
      buckets: fc.constant({ bounds: [0.5, 20], counts: [1, 2] }),
      summary: fc.constant({
        count: 0,
        sum: 0,
        min: null,
        mean: null,
        p50: null,
        p90: null,
        p95: null,
        p99: null,
        p999: null,
        max: null,
      }),
    }),
  );
  fc.assert(
    fc.property(fc.array(instrument, { maxLength: 8 }), (instruments) => {
      parseOpenMetrics(snapshotToText({ ...fullSnapshot(), instruments }));
    }),
  );
});

Deno.test("The strict parser refuses invalid texts", () => {
  for (
    const wrong of [
      "",
      "# EOF",
      "a 1\n# EOF\n",
      "# TYPE a gauge\na 1\na 2\n# EOF\n",
      "# TYPE a counter\na 1\n# EOF\n",
      "# TYPE a counter\na_total -1\n# EOF\n",
      "# TYPE a gauge\n# UNIT a bytes\n# EOF\n",
      '# TYPE a gauge\na{b="\\x"} 1\n# EOF\n',
      '# TYPE a gauge\na{b="1",b="2"} 1\n# EOF\n',
      "# TYPE a_total gauge\n# TYPE a counter\n# EOF\n",
      "# TYPE a summary\na 1\n# EOF\n",
      "# TYPE a gauge\na one\n# EOF\n",
      "# TYPE a histogram\na_count 1\na_sum 1\n# EOF\n",
      '# TYPE a histogram\na_bucket{le="+Inf"} 2\na_count 1\na_sum 1\n# EOF\n',
      '# TYPE a histogram\na_bucket{le="1"} 1\na_bucket{le="+Inf"} 1\na_count 1\na_sum 1\n# EOF\n',
      '# TYPE a histogram\na_bucket{le="1.0"} 2\na_bucket{le="+Inf"} 1\na_count 1\na_sum 1\n# EOF\n',
    ]
  ) assertThrows(() => parseOpenMetrics(wrong), SyntaxError, undefined, wrong);
});

for (
  const [accept, format] of [
    [null, "prometheus"],
    ["*/*", "prometheus"],
    ["text/html,*/*;q=0.8", "prometheus"],
    ["application/openmetrics-text", "openmetrics"],
    [
      "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
      "openmetrics",
    ],
    ["application/openmetrics-text; q=0.2, text/plain; q=0.5", "prometheus"],
    ["application/openmetrics-text;q=0", "prometheus"],
  ] as const
) {
  Deno.test(`A request that accepts ${accept} gets the format ${format}`, () => {
    assertEquals(acceptedTextFormat(accept), format);
  });
}

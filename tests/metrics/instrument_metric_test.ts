import { assertEquals } from "@std/assert";
import {
  GrowthRate,
  type InstrumentMetric,
  readInstrument,
} from "../../src/metrics/instrument_metric.ts";
import { Instruments } from "../../src/metrics/instruments.ts";

const instruments = new Instruments();
const errors = instruments.counter("errors");
errors.add(7, { route: "/a", status: "500" });
errors.add(4, { route: "/a", status: "503" });
errors.add(2, { route: "/b", status: "500" });
const depth = instruments.gauge("depth");
depth.set(-1, { side: "left" });
depth.set(3, { side: "right" });
const time = instruments.histogram("time");
for (const ms of [1, 2, 3]) time.record(ms, { route: "/a" });
time.record(10, { route: "/b" });

for (
  const [metric, value] of [
    [{ instrument: "errors" }, 13],
    [{ instrument: "errors", labels: { route: "/a" } }, 11],
    [{ instrument: "errors", labels: { status: "500" } }, 9],
    [{ instrument: "errors", labels: { route: "/b", status: "500" } }, 2],
    [{ instrument: "errors", labels: { route: "/c" } }, null],
    [{ instrument: "error" }, null],
    [{ instrument: "depth" }, 2],
    [{ instrument: "time" }, 10],
    [{ instrument: "time", field: "p50" }, 10],
    [{ instrument: "time", field: "p50", labels: { route: "/a" } }, 2],
    [{ instrument: "time", field: "min" }, 1],
    [{ instrument: "time", field: "mean" }, 4],
    [{ instrument: "time", field: "count" }, 4],
    [{ instrument: "time", field: "sum" }, 16],
    [{ instrument: "time", perSecond: true }, 4],
  ] as const satisfies readonly (readonly [InstrumentMetric, number | null])[]
) {
  Deno.test(`the instruments of ${JSON.stringify(metric)} are ${value}`, () => {
    assertEquals(readInstrument(metric, instruments.samples()), value);
  });
}

Deno.test("a rate is the growth per second, and unknown where a count falls", () => {
  const rate = new GrowthRate();
  const steps = [
    [5, 0],
    [8, 1000],
    [null, 1500],
    [8, 2000],
    [9, 2000],
    [10, 2500],
    [0, 3000],
    [6, 5000],
  ] as const;
  assertEquals(
    steps.map(([count, atMs]) => rate.next(count, atMs)),
    [null, 3, null, 0, null, 4, null, 3],
  );
});

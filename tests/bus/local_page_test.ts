import { assert, assertEquals, assertThrows } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  Bus,
  busMetrics,
  busMetricsToPrometheus,
  serveBusPage,
} from "../../src/bus/mod.ts";
import { promtoolSays, withPromtool } from "../metrics/promtool.ts";
import { inBrowser, TestBrowser } from "../terminal/browser.ts";

/** A bus with a bit of everything. */
async function busyBus(system: ActorSystem): Promise<Bus> {
  const bus = new Bus(system, { drainMs: 0 });
  const stream = await bus.stream("orders", { subjects: ["orders.>"] });
  await using consumer = await stream.consume(">", { name: "audit" });
  for (let order = 0; order < 5; order++) await bus.publish("orders.eu", order);
  const first = await consumer.receive();
  await first?.ack();
  await consumer.receive();
  bus.subscribe("orders.*", { maxMessages: 2, overflow: "drop_newest" });
  bus.subscribe("orders.*", { queue: "workers" });
  for (let order = 0; order < 3; order++) await bus.publish("orders.eu", order);
  await bus.publish("sensors.<b", 1, { retain: true });
  await bus.track("room", "ann", null);
  return bus;
}

Deno.test("the figures of a bus count what was published, delivered and dropped by policy, and what consumers have to do", async () => {
  await using system = new ActorSystem();
  await using bus = await busyBus(system);
  const { streams, droppedBy, ...figures } = busMetrics(bus);
  assertEquals(droppedBy, {
    drop_oldest: 0,
    drop_newest: 1,
    latest: 0,
    wait: 0,
    disconnect: 0,
  });
  assertEquals(figures, {
    published: 9,
    delivered: 0,
    dropped: 1,
    subscriptions: 2,
    undecodable: 0,
    lateReplies: 0,
    pendingRequests: 0,
    retained: 1,
    retainedBytes: "sensors.<b".length + 1,
    tracked: 1,
  });
  const [stream] = streams;
  assertEquals(streams.length, 1);
  assertEquals([stream?.name, stream?.messages], ["orders", 8]);
  const [consumer] = stream?.consumers ?? [];
  // The message that was delivered and not acknowledged comes again.
  assertEquals([consumer?.name, consumer?.lag], ["audit", 7]);
});

Deno.test("the figures of a bus are in the format of Prometheus", async () => {
  await using system = new ActorSystem();
  await using bus = await busyBus(system);
  const text = busMetricsToPrometheus(busMetrics(bus));
  for (
    const line of [
      "# TYPE troupe_bus_published_total counter",
      "troupe_bus_published_total 9",
      'troupe_bus_dropped_total{policy="drop_newest"} 1',
      'troupe_bus_stream_messages{stream="orders"} 8',
      'troupe_bus_consumer_lag{stream="orders",consumer="audit"} 7',
    ]
  ) assert(text.split("\n").includes(line), line);
});

Deno.test("promtool accepts the figures of a bus", withPromtool, async () => {
  await using system = new ActorSystem();
  await using bus = await busyBus(system);
  const said = await promtoolSays(busMetricsToPrometheus(busMetrics(bus)));
  const faults = said.split("\n").filter((line) =>
    !line.endsWith("no help text")
  );
  assert(!faults.some((line) => line.includes("troupe_bus")), said);
});

Deno.test("the page of a bus has its subjects, subscribers, streams and consumers, and escapes what it shows", async () => {
  await using system = new ActorSystem();
  await using bus = await busyBus(system);
  await using page = serveBusPage(bus, { prefix: "/bus/" });
  const get = (path: string) =>
    page.fetch(new Request(`http://localhost${path}`));
  const html = await (await get("/bus/")).text();
  for (
    const cell of [
      "<td>orders.eu</td>",
      "<td>drop_newest</td>",
      "<td>workers</td>",
      "<td>audit</td>",
    ]
  ) assert(html.includes(cell), cell);
  assert(html.includes("<td>sensors.&lt;b</td>"), html);
  const [figures] = await (await get("/bus/state.json")).json();
  assertEquals(figures.rows[0], ["published", "9"]);
  const metrics = await (await get("/bus/metrics")).text();
  assert(metrics.includes("troupe_bus_subscriptions 2"));
  assert((await (await get("/bus/icon.svg")).text()).startsWith("<svg"));
  assertEquals((await get("/bus")).status, 308);
  assertEquals((await get("/other")).status, 404);
  const foreign = await page.fetch(new Request("http://example.com/bus/"));
  assertEquals(foreign.status, 403);
  assertThrows(() => serveBusPage({} as never), TypeError, "a Bus");
});

Deno.test(
  "in a browser, the page of a bus is kept up to date, without errors",
  inBrowser,
  async () => {
    await using system = new ActorSystem();
    await using bus = await busyBus(system);
    await using page = serveBusPage(bus);
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      page.fetch,
    );
    await using browser = await TestBrowser.open();
    await browser.open(`http://127.0.0.1:${server.addr.port}/`);
    await bus.publish("alarms.<i", 1);
    await browser.page.getByText("alarms.<i").waitFor();
    browser.assertQuiet();
    await page[Symbol.asyncDispose]();
  },
);

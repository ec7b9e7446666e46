import { assert, assertEquals } from "@std/assert";
import { ActorSystem } from "../../../src/actor/mod.ts";
import { LivePage } from "../../../src/load/cli/live_page.ts";
import { loadProgress } from "../../metrics/loads.ts";
import { SCENARIO } from "../../metrics/served_page.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { failed } from "../report/results.ts";
import { runConnections } from "../../../src/load/cli/run_connections.ts";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import { serveRequests } from "../../../src/rpc/responder.ts";
import { json } from "../../../src/codec/mod.ts";
import type { WatchReply } from "../../../src/metrics/watch/protocol.ts";
import { bounded, Net } from "../../support/net.ts";
import { Command } from "./command.ts";

/** The data of the events of a name. */
function dataOf(text: string, name: string): unknown[] {
  return text.split("\n\n").filter((event) =>
    event.includes(`event: ${name}\n`)
  ).map((event) => JSON.parse(event.split("data: ")[1] ?? "null"));
}

Deno.test("a page that is opened late has a run of half an hour from its start, and its end", async () => {
  await using system = new ActorSystem();
  await using page = new LivePage(system, 0);
  const [operation] = loadProgress(20).operations;
  assert(operation !== undefined);
  const operations = Array.from({ length: 10 }, (_, index) => ({
    ...operation,
    name: `operation ${index}`,
  }));
  const seconds = 1800;
  for (let n = 0; n < seconds; n++) {
    page.update(SCENARIO, { ...loadProgress(n), operations });
  }
  page.end(failed, "out/report.html");
  const response = await fetch(
    `${page.address}events?lastEventId=0&follow=false`,
  );
  const text = await response.text();
  const loads = dataOf(text, "load");
  assertEquals(loads.length, seconds);
  assertEquals(dataOf(text, "load_end").length, 1);
  assertEquals(dataOf(text, "gap"), []);
});

Deno.test("the events of a run have its name, its criteria as text and as few numbers as are shown", async () => {
  await using system = new ActorSystem();
  await using page = new LivePage(system, 0);
  page.update(SCENARIO, loadProgress(45));
  page.end(failed, undefined);
  const response = await fetch(
    `${page.address}events?lastEventId=0&follow=false`,
  );
  const text = await response.text();
  const [load] = dataOf(text, "load");
  assert(load instanceof Object && "run" in load && "results" in load);
  assertEquals(load.run, {
    name: "checkout of a shop",
    description: "A login, a basket and a checkout",
    model: "open",
  });
  assert(load.results instanceof Object && "criteria" in load.results);
  assertEquals(load.results.criteria, [
    { text: "latency.p99 ≤ 50 ms", value: "16.5 ms", holds: true },
    { text: "errorRate of write ≤ 1 %", value: "1.5 %", holds: false },
  ]);
  const [end] = dataOf(text, "load_end");
  assert(end instanceof Object && "report" in end && "verdict" in end);
  assertEquals([end.verdict, end.report], ["failed", null]);
});

Deno.test(
  "the page of a run shows its own sessions, and what their connections wait for",
  bounded,
  async () => {
    const number = json({ parse: Number });
    await using net = new Net({
      serve: (connection) =>
        serveRequests(
          connection,
          { request: number, reply: number },
          (value) => value * 2,
        ),
    });
    await using command = new Command();
    const path = command.write("calls.json", {
      name: "calls",
      load: {
        model: "closed",
        users: 3,
        thinkTime: { distribution: "constant", ms: 5 },
      },
      phases: { steadyMs: 60_000 },
      operations: [{
        name: "double",
        driver: "logical",
        request: { port: net.listener.address.port, value: 21 },
      }],
    });
    command.start(path, "--no-reports");
    const [, address = ""] = await command.line(/^Live charts: (.*)$/);
    const see = async (kind: string): Promise<WatchReply["data"]> => {
      const response = await fetch(`${address}watch?kind=${kind}`);
      const { data }: WatchReply = await response.json();
      return data;
    };
    let streams = await see("streams");
    while (streams.type !== "streams" || streams.matching < 3) {
      // A look is a second old at most.
      await new Promise((resolve) => setTimeout(resolve, 50));
      streams = await see("streams");
    }
    const remote = `127.0.0.1:${net.listener.address.port}`;
    assertEquals(streams.rows.map((row) => row.remote), Array(3).fill(remote));
    const sessions = await see("sessions");
    assert(sessions.type === "sessions");
    assertEquals(sessions.rows.map(({ side, streams }) => [side, streams]), [
      ["dialler", 3],
    ]);
    command.signal("SIGINT");
    assertEquals((await command.ended()).code, 4);
  },
);

Deno.test("a run without sessions shows no list of them", () => {
  const http = { name: "get", driver: "http", request: {} };
  const logical = { name: "send", driver: "logical", request: {} };
  const drivers = standardDrivers();
  const of = (operations: Scenario["operations"]) =>
    runConnections({ ...SCENARIO, operations }, drivers);
  assertEquals(of([http]), undefined);
  assertEquals(of([http, logical])?.length, 1);
  assertEquals(of([{ name: "both", steps: [http, logical] }])?.length, 1);
});

import { assert, assertEquals } from "@std/assert";
import { ActorSystem } from "../../../src/actor/mod.ts";
import { LivePage } from "../../../src/load/cli/live_page.ts";
import { loadProgress } from "../../metrics/loads.ts";
import { SCENARIO } from "../../metrics/served_page.ts";
import { failed } from "../report/results.ts";

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

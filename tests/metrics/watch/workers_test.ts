// The actors of the workers of a program, beside its own.
import { assert, assertEquals } from "@std/assert";
import { ActorSystem } from "../../../src/actor/mod.ts";
import { type Cores, cores } from "../../../src/cores/mod.ts";
import { MetricsCollector } from "../../../src/metrics/collector.ts";
import { serveMetrics } from "../../../src/metrics/serve_metrics.ts";
import type {
  WatchData,
  WatchReply,
} from "../../../src/metrics/watch/protocol.ts";
import { parseWatchQuery } from "../../../src/metrics/watch/query.ts";
import { queryForWorker } from "../../../src/metrics/watch/worker_protocol.ts";
import { ManualClock } from "../../../src/testing/mod.ts";
import { block, timesAsked, work } from "../modules/topics.ts";

const COUNTING = new URL("../modules/counting.ts", import.meta.url);
const ASKED = new URL("../modules/asked.ts", import.meta.url);

type Kind = WatchData["type"];
type DataOf<K extends Kind> = Extract<WatchData, { readonly type: K }>;

/** A program with two workers, and its page. */
class Program implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly clock = new ManualClock();
  service!: Cores;
  #fetch!: (request: Request) => Promise<Response>;

  static async start(
    module: URL,
    data?: unknown,
    isManual = false,
  ): Promise<Program> {
    const program = new Program();
    const stack = program.#stack;
    const system = stack.use(new ActorSystem());
    const service = await cores(system, module, { count: 2, data });
    program.service = stack.use(service);
    const shown = isManual
      ? stack.use(new ActorSystem({ clock: program.clock }))
      : system;
    shown.spawn(() => ({ receive() {} }), { name: "home" });
    const collector = stack.use(
      new MetricsCollector({ system: shown, cores: service }),
    );
    program.#fetch = stack.use(serveMetrics(collector)).fetch;
    return program;
  }

  async see<K extends Kind>(kind: K, rest = ""): Promise<DataOf<K>> {
    const response = await this.#fetch(
      new Request(`http://localhost/watch?kind=${kind}${rest}`),
    );
    const { data }: WatchReply = await response.json();
    if (isOf(data, kind)) return data;
    throw new TypeError(`The data is of ${data.type}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

function isOf<K extends Kind>(data: WatchData, kind: K): data is DataOf<K> {
  return data.type === kind;
}

function pathsOf({ rows }: DataOf<"actors">): string[] {
  return rows.map(({ path, depth }) => `${"  ".repeat(depth)}${path}`);
}

Deno.test("the actors of workers stand in the tree under their worker, with its sums and their states", async () => {
  await using program = await Program.start(COUNTING);
  const tree = await program.see("actors");
  assertEquals(pathsOf(tree).slice(-2), ["//worker-0", "//worker-1"]);
  assertEquals(tree.matching, tree.rows.length);
  const worker = tree.rows.at(-1);
  assertEquals([worker?.state, worker?.children], ["running", 1]);
  assertEquals(worker?.below?.actors, 1);
  const open = await program.see("actors", "&open=//worker-1");
  assertEquals(pathsOf(open).slice(-3), [
    "//worker-0",
    "//worker-1",
    "  //worker-1/shop",
  ]);
  const all = await program.see("actors", "&open=*&offset=1&limit=500");
  assert(pathsOf(all).includes("  //worker-0/shop"));
  assertEquals(all.matching, all.rows.length + 1);
  const under = await program.see("actors", "&open=*&under=//worker-0");
  assertEquals(pathsOf(under), ["//worker-0", "  //worker-0/shop"]);
  await program.service.ask(1, work, { orders: 7, ms: [] });
  const { actor, inspection } = await program.see(
    "actor",
    "&path=//worker-1/shop",
  );
  assertEquals(actor?.path, "//worker-1/shop");
  assert(inspection.type === "state");
  assertEquals(JSON.parse(inspection.json), { last: 7 });
  const gone = await program.see("actor", "&path=//worker-0/none");
  assertEquals(gone.actor, null);
  const one = await program.see("actor", "&path=//worker-0");
  assertEquals(one.actor?.children, 1);
});

Deno.test("sorted and filtered, the actors of workers are among those of the program", async () => {
  await using program = await Program.start(COUNTING);
  const filtered = await program.see("actors", "&filter=shop&sort=path");
  assertEquals(pathsOf(filtered).map((path) => path.trim()), [
    "//worker-0/shop",
    "//worker-1/shop",
  ]);
  const page = await program.see(
    "actors",
    "&sort=path&filter=o&offset=1&limit=2",
  );
  const every = await program.see("actors", "&sort=path&filter=o");
  assertEquals(page.rows, every.rows.slice(1, 3));
  assertEquals(page.matching, every.matching);
  assertEquals(every.matching, every.rows.length);
  assert(every.rows.some(({ path }) => path === "/home"));
  const { actors } = await program.see("overview");
  const own = every.rows.filter(({ path }) => !path.startsWith("//")).length;
  assert((actors?.actors ?? 0) >= own + 2);
});

Deno.test("a filter finds the actors of a worker by their paths as they are shown", async () => {
  await using program = await Program.start(COUNTING);
  for (const filter of ["worker-1", "//WORKER-1/sh", "-1/shop"]) {
    const { rows, matching } = await program.see(
      "actors",
      `&filter=${filter}`,
    );
    assertEquals(rows.map(({ path }) => path), ["//worker-1/shop"]);
    assertEquals(matching, 1);
  }
});

Deno.test("a worker that does not reply holds no view up, and says so", async () => {
  await using program = await Program.start(COUNTING);
  const flag = new SharedArrayBuffer(4);
  program.service.tell(0, block, flag);
  const tree = await program.see("actors", "&open=*");
  assert(pathsOf(tree).includes("  //worker-1/shop"));
  assert(!pathsOf(tree).includes("  //worker-0/shop"));
  const worker = tree.rows.find(({ path }) => path === "//worker-0");
  assertEquals(worker?.lastFailure, "it has not replied yet");
  Atomics.store(new Int32Array(flag), 0, 1);
  Atomics.notify(new Int32Array(flag), 0);
});

Deno.test("a worker without a collector is shown without its actors, and why", async () => {
  await using program = await Program.start(ASKED, { counts: false });
  const { rows } = await program.see("actors", "&open=*");
  const worker = rows.find(({ path }) => path === "//worker-0");
  assertEquals(
    worker?.lastFailure,
    "it shows none: it needs a MetricsCollector with its core and system",
  );
});

Deno.test("workers are asked for their actors only while somebody looks at them", async () => {
  await using program = await Program.start(ASKED, { counts: true }, true);
  const { service, clock } = program;
  const asked = () => service.ask(0, timesAsked, undefined);
  assertEquals(await asked(), 0);
  await program.see("actors");
  assertEquals(await asked(), 1);
  // Once for each look, however many ask the same.
  clock.advance(1000);
  await program.see("actors");
  assertEquals(await asked(), 2);
  await program.see("actors", "&filter=x");
  assertEquals(await asked(), 3);
  // The views end, after the look that was due.
  clock.advance(60_000);
  const last = await asked();
  for (let n = 0; n < 3; n++) {
    clock.advance(60_000);
    assertEquals(await asked(), last);
  }
});

Deno.test("a worker is asked for no more rows than may be shown, and in its own paths", () => {
  const query = (text: string) =>
    parseWatchQuery(new URLSearchParams(`kind=actors&${text}`));
  const of = (text: string) => queryForWorker(query(text), 1);
  assertEquals(of("sort=path&offset=100&limit=50")?.limit, 150);
  assertEquals(of("sort=path&offset=900000&limit=50")?.limit, 5000);
  assertEquals(of(""), undefined);
  assertEquals(of("under=/shop"), undefined);
  assertEquals(of("under=//worker-10/shop&open=*"), undefined);
  const opened = of("open=//worker-1&open=//worker-1/shop&open=/home");
  assertEquals([...opened?.open ?? []], ["/", "/shop"]);
  assertEquals(of("under=//worker-1/shop")?.under, "/shop");
});

import { assert, assertEquals } from "@std/assert";
import { bounded } from "../../support/net.ts";
import { Reader } from "../../web/event_reader.ts";
import { WatchedSystem } from "./fixtures.ts";

const idle = () => ({ receive() {} });

Deno.test(
  "a view is published when it has changed, and not otherwise",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    await using reader = new Reader(await watched.get("events"));
    const { view, data } = await watched.ask("kind=actors");
    assertEquals(data.type === "actors" && data.matching, 0);
    for (let i = 0; i < 3; i++) {
      await watched.second();
      await watched.ask("kind=actors");
    }
    watched.system.spawn(idle, { name: "first" });
    await watched.second();
    const { event, id, data: text } = await reader.event();
    const published = JSON.parse(text);
    assertEquals([event, id, published.view], ["watch", undefined, view]);
    assertEquals(published.data.rows[0].path, "/first");
  },
);

Deno.test(
  "a client that connects gets the last event of each view that has changed",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    const { view } = await watched.ask("kind=actors");
    for (const name of ["first", "second"]) {
      watched.system.spawn(idle, { name });
      await watched.second();
      await watched.ask("kind=actors");
    }
    await using reader = new Reader(await watched.get("events"));
    const published = JSON.parse((await reader.event()).data);
    assertEquals(published.view, view);
    assertEquals(published.data.matching, 2);
  },
);

Deno.test(
  "equal questions are one view, whatever the order of what is open",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    const one = await watched.ask("kind=actors&open=/a&open=/b");
    const same = await watched.ask("open=/b&open=/a&kind=actors&limit=100");
    const other = await watched.ask("kind=actors&open=/a");
    assertEquals(one.view, same.view);
    assert(one.view !== other.view);
  },
);

Deno.test(
  "nothing is looked at before somebody asks, and after nobody does any more",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    const { clock, system } = watched;
    const before = clock.pending;
    let looks = 0;
    system.spawn(() => ({ receive() {}, inspect: () => ++looks }), {
      name: "shown",
    });
    await system.idle();
    const { renewMs } = await watched.ask("kind=actor&path=/shown");
    assertEquals(clock.pending, before + 1);
    for (let i = 0; i < 3 * renewMs / 1000 + 2; i++) {
      await watched.second();
    }
    await system.idle();
    assertEquals(clock.pending, before);
    assertEquals(looks, 3 * renewMs / 1000);
    // Nor does it keep the process alive while somebody does.
    await watched.ask("kind=actors");
    assertEquals(clock.holding, 0);
  },
);

Deno.test(
  "a view that is asked for again goes on",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    const { view, renewMs } = await watched.ask("kind=actors");
    for (let i = 0; i < 6; i++) {
      await watched.system.idle();
      watched.clock.advance(renewMs);
      assertEquals((await watched.ask("kind=actors")).view, view);
    }
  },
);

Deno.test(
  "one view too many is refused until another one ends",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    for (let i = 1; i <= 32; i++) await watched.ask(`kind=actors&limit=${i}`);
    const refused = await watched.get("watch?kind=actors&limit=33");
    assertEquals(refused.status, 503);
    assertEquals(refused.headers.get("retry-after"), "5");
    await refused.body?.cancel();
    await watched.ask("kind=actors&limit=32");
    await watched.system.idle();
    watched.clock.advance(15_000);
    await watched.ask("kind=actors&limit=33");
  },
);

Deno.test(
  "a question from a page of another site is refused",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    for (
      const headers of [
        { origin: "http://evil.example" },
        { host: "evil.example" },
        { "sec-fetch-site": "cross-site" },
      ]
    ) {
      const response = await watched.get("watch?kind=actors", headers);
      assertEquals(response.status, 403);
      await response.body?.cancel();
    }
  },
);

for (
  const [question, text] of [
    ["", "Cannot use kind: it is missing"],
    ["kind=actor", "Cannot use path: it is missing"],
    ["kind=acters", 'it is "acters", it must be one of overview, actors'],
    ["kind=actors&sort=maibox", "did you mean mailbox?"],
    ["kind=actors&order=down", "must be one of ascending, descending"],
    ["kind=actors&order=descending", "a tree has its own"],
    ["kind=actors&limit=0", "a whole number from 1 to 500"],
    ["kind=actors&limit=501", "a whole number from 1 to 500"],
    ["kind=actors&offset=-1", "a whole number from 0 to 1000000"],
    ["kind=actors&state=gone", "must be one of starting, running"],
    ["kind=actors&filter=a&filter=b", "Cannot use filter: it is there twice"],
    ["kind=actors&fliter=a", "did you mean filter?"],
    ["kind=overview&sort=path", "overview has no such parameter"],
    [`kind=actors&filter=${"a".repeat(5000)}`, "5000 characters"],
    [`kind=actors${"&open=/a".repeat(201)}`, "200 are allowed"],
  ] as const
) {
  Deno.test(
    `the question ${
      JSON.stringify(question.slice(0, 40))
    } is refused, and says what is needed`,
    bounded,
    async () => {
      await using watched = new WatchedSystem();
      const response = await watched.get(`watch?${question}`);
      const found = await response.text();
      assertEquals(response.status, 400, found);
      assert(found.includes(text), found);
    },
  );
}

for (const kind of ["sessions", "streams", "terminals"]) {
  Deno.test(
    `a view of ${kind} is not there unless the program hands them in`,
    bounded,
    async () => {
      await using watched = new WatchedSystem();
      const response = await watched.get(`watch?kind=${kind}`);
      assertEquals(response.status, 404);
      assertEquals(await response.text(), `This program shows no ${kind}\n`);
    },
  );
}

Deno.test(
  "terminals that never show themselves hold no other view up",
  bounded,
  async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    let times = 0;
    await using watched = new WatchedSystem({
      terminals: [{
        inspect() {
          times++;
          resolve();
          return new Promise(() => {});
        },
      }],
    });
    const overview = watched.see("overview");
    await asked;
    watched.clock.advance(2000);
    assertEquals((await overview).terminals?.terminals, 0);
    assertEquals((await watched.see("actors")).matching, 0);
    // Nor is asked again who has not answered yet.
    assertEquals(times, 1);
  },
);

// Topics that strangers send do not hold the thread.
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { nextTurn } from "../../../src/actor/internal.ts";
import { KnownFilters } from "../../../src/store/realtime/known_filters.ts";
import { SLICE, Slices } from "../../../src/store/realtime/slices.ts";
import { parseFilter } from "../../../src/store/query/filter_parser.ts";
import { bounded } from "../../support/net.ts";
import {
  drafts,
  openTestStore,
  tasks,
  users,
} from "../support/served_test_store.ts";
import { readEvents } from "../support/sse_reader.ts";

Deno.test("what many ask for is done in slices, one in each turn of the event loop, and they take turns", async () => {
  const slices = new Slices();
  let turn = 0;
  let isOver = false;
  const count = (): void => {
    turn++;
    if (!isOver) nextTurn(count);
  };
  nextTurn(count);
  const done: { readonly who: number; readonly turn: number }[] = [];
  const units = SLICE / 4;
  await Promise.all(Array.from({ length: 20 }, (_, who) =>
    slices.map(
      Array.from({ length: 12 }, (_, item) => item),
      () => units,
      (item) => (done.push({ who, turn }), item),
    )));
  isOver = true;
  assertEquals(done.length, 20 * 12);
  const ofTurn = Object.groupBy(done, (one) => one.turn);
  for (const together of Object.values(ofTurn)) {
    assertLessOrEqual((together?.length ?? 0) * units, SLICE);
  }
  // Nobody has a second slice before all have had one.
  assertEquals(new Set(done.slice(0, 20 * 4).map(({ who }) => who)).size, 20);
  // What is more than a slice is done nevertheless.
  assertEquals(await slices.map([1], () => 10 * SLICE, (one) => one), [1]);
});

Deno.test("a filter that was read before is not read again, and so many are kept at most", () => {
  const known = new KnownFilters();
  let reads = 0;
  const read = (text: string) =>
    known.get(text, () => {
      reads++;
      return parseFilter(text);
    });
  const long = (n: number) => `title != '${String(n).padStart(2000, "x")}'`;
  for (let round = 0; round < 3; round++) read(long(0));
  assertEquals(reads, 1);
  for (let n = 0; n < 1000; n++) read(long(n));
  assertEquals(reads, 1000);
  read(long(999));
  assertEquals(reads, 1000);
  read(long(0));
  assertEquals(reads, 1001);
  try {
    read("not a filter (");
  } catch {
    reads = 0;
  }
  assertEquals(reads, 0);
});

Deno.test(
  "The topics of a client are bounded together",
  bounded,
  async () => {
    await using store = await openTestStore();
    const abort = new AbortController();
    const events = readEvents(`${store.url}/api/realtime`, {
      signal: abort.signal,
    });
    const { value } = await events.next();
    const clientId = value?.data["clientId"];
    const subscribe = async (count: number) => {
      const filter = Array.from({ length: 40 }, (_, at) => `title != '${at}'`)
        .join("&&");
      const response = await fetch(`${store.url}/api/realtime`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          clientId,
          subscriptions: Array.from({ length: count }, (_, at) => {
            const query = { filter: `${filter} && points = ${at}` };
            const options = JSON.stringify({ query });
            return `tasks/*?options=${encodeURIComponent(options)}`;
          }),
        }),
      });
      return { status: response.status, text: await response.text() };
    };
    assertEquals(await subscribe(20), { status: 204, text: "" });
    const refused = await subscribe(100);
    assertEquals(refused.status, 400);
    assert(refused.text.includes("at most 65536 together"), refused.text);
    abort.abort();
    await events.return?.();
  },
);

Deno.test(
  "An account that changes has its rules at once on each of many streams, and each loses nothing",
  bounded,
  async () => {
    await using store = await openTestStore();
    const password = "correct horse";
    const [account] = await store.program.write([{
      kind: "create",
      collection: users,
      data: { email: "ann@example.com", password, role: "editor" },
    }]);
    const { token } = await store.data.auth.authWithPassword(
      "users",
      "ann@example.com",
      password,
    );
    const abort = new AbortController();
    const filter = Array.from({ length: 40 }, (_, at) => `text != '${at}'`)
      .join("&&");
    const topics = Array.from({ length: 10 }, (_, at) => {
      const options = JSON.stringify({
        query: { filter: `${filter} // ${at}` },
      });
      return `topic=${
        encodeURIComponent(`drafts/*?options=${encodeURIComponent(options)}`)
      }`;
    });
    const url = `${store.url}/api/realtime?topic=tasks/*&${topics.join("&")}`;
    const streams = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const events = readEvents(url, {
          signal: abort.signal,
          headers: { authorization: token },
        });
        await events.next();
        return events;
      }),
    );
    const draft = (text: string) =>
      store.data.collection(drafts).create({ text });
    const role = (role: "reader" | "editor") =>
      store.data.collection(users).update(`${account?.["id"]}`, { role });
    /** Each stream sees these texts, and then the task. */
    const see = async (expected: string[], mark: string) => {
      await store.data.collection(tasks).create({ title: mark });
      await Promise.all(streams.map(async (events) => {
        const texts: unknown[] = [];
        while (true) {
          const { value, done } = await events.next();
          assert(!done);
          const { text, title } = Object(value.data["record"]);
          if (title === mark) break;
          if (text !== undefined) texts.push(text);
        }
        assertEquals(texts, expected);
      }));
    };
    const ofEachTopic = (text: string) =>
      Array.from({ length: 10 }, () => text);
    // Nobody waits for the streams between these.
    await draft("seen");
    await role("reader");
    await draft("hidden");
    await draft("hidden too");
    await see(ofEachTopic("seen"), "first");
    await role("editor");
    await draft("seen again");
    await see(ofEachTopic("seen again"), "second");
    abort.abort();
    await Promise.all(streams.map((events) => events.return?.()));
  },
);

import { assert, assertEquals } from "@std/assert";
import {
  type ActorContext,
  child,
  type Handler,
  supervisor,
} from "../../../src/actor/mod.ts";
import { bounded } from "../../support/net.ts";
import { WatchedSystem } from "./fixtures.ts";

const idle = () => ({ receive() {} });

/** Starts an actor with so many children of a name. */
function spawnGroup(
  { system }: WatchedSystem,
  name: string,
  children: number,
): void {
  system.spawn((context: ActorContext<never>) => {
    for (let i = 0; i < children; i++) {
      context.spawn(idle, { name: `child-${i}` });
    }
    return { receive() {} };
  }, { name });
}

Deno.test(
  "a view of actors has their state, what waits, and what they have done",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    const { system } = watched;
    const stuck = system.spawn<string>(
      () => ({ receive: () => new Promise<void>(() => {}) }),
      { name: "stuck", shutdownMs: 0 },
    );
    const busy = system.spawn<string>(idle, { name: "busy" });
    for (let i = 0; i < 4; i++) stuck.tell("a secret");
    busy.tell("a secret");
    await system.idle();
    const first = await watched.see("actors", "&sort=path");
    await watched.second();
    for (let i = 0; i < 5; i++) busy.tell("a secret");
    await watched.second();
    const { rows } = await watched.see("actors", "&sort=path");
    assertEquals(first.rows.map(({ perSecond }) => perSecond), [null, null]);
    assertEquals(rows.map(({ path }) => path), ["/busy", "/stuck"]);
    assertEquals(
      rows.map(({ state, mailboxMessages, oldestMs, processed, perSecond }) => [
        state,
        mailboxMessages,
        oldestMs,
        processed,
        perSecond,
      ]),
      [["running", 0, null, 6, 5], ["running", 3, 2000, 0, 0]],
    );
    assert(!JSON.stringify(rows).includes("secret"));
  },
);

Deno.test(
  "a view of actors has restarts and what was thrown last",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    const { system } = watched;
    using _quiet = system.events.subscribe(() => {}, { handlesFailures: true });
    const failing = child({
      name: "failing",
      behavior: () => ({
        receive() {
          throw new RangeError(`too\nfar ${"!".repeat(1000)}`);
        },
      }),
    });
    const root = system.spawn(supervisor({ children: [failing] }), {
      name: "root",
    });
    await system.idle();
    failing.under(root)?.tell(undefined as never);
    await system.idle();
    const { rows } = await watched.see("actors", "&sort=failure&limit=1");
    assertEquals(rows[0]?.path, "/root/failing");
    assertEquals(rows[0]?.restarts, 1);
    assert(rows[0]?.lastFailure?.startsWith("RangeError: too far !!!"));
    assertEquals(rows[0]?.lastFailure?.length, 301);
  },
);

Deno.test(
  "a view of actors has the share of the time in handlers, if it is measured",
  bounded,
  async () => {
    await using bare = new WatchedSystem();
    bare.system.spawn(idle);
    await bare.see("actors");
    await bare.second();
    assertEquals((await bare.see("actors")).rows[0]?.busyShare, null);
    await using watched = new WatchedSystem({}, { measureBusyTime: true });
    const busy = watched.system.spawn<void>(() => ({
      receive() {
        const end = performance.now() + 20;
        while (performance.now() < end);
      },
    }));
    await watched.see("actors");
    busy.tell();
    await watched.second();
    const share = (await watched.see("actors")).rows[0]?.busyShare ?? 0;
    assert(share >= 0.02 && share <= 1, `${share}`);
  },
);

Deno.test(
  "a tree shows those at the top and the children of what is open, with sums",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    spawnGroup(watched, "users", 3);
    spawnGroup(watched, "rooms", 2);
    await watched.system.idle();
    const paths = async (rest: string) =>
      (await watched.see("actors", rest)).rows.map(({ path }) => path);
    const closed = await watched.see("actors");
    assertEquals(
      closed.rows.map(({ path, depth, children, below }) => [
        path,
        depth,
        children,
        below?.actors,
      ]),
      [["/users", 0, 3, 3], ["/rooms", 0, 2, 2]],
    );
    assertEquals(await paths("&open=/rooms&open=/users/child-0"), [
      "/users",
      "/rooms",
      "/rooms/child-0",
      "/rooms/child-1",
    ]);
    assertEquals((await paths("&open=*")).length, 7);
    assertEquals(await paths("&open=*&offset=1&limit=2"), [
      "/users/child-0",
      "/users/child-1",
    ]);
    assertEquals(await paths("&under=/rooms&open=/rooms"), [
      "/rooms",
      "/rooms/child-0",
      "/rooms/child-1",
    ]);
    assertEquals(await paths("&filter=CHILD-1"), [
      "/users/child-1",
      "/rooms/child-1",
    ]);
    assertEquals((await watched.see("actors", "&state=stopping")).matching, 0);
  },
);

Deno.test(
  "an overview has sums over all actors",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    spawnGroup(watched, "users", 3);
    await watched.system.idle();
    const { actors, sessions, terminals } = await watched.see("overview");
    assertEquals(actors?.actors, 4);
    assertEquals(actors?.states.running, 4);
    assertEquals(actors?.isTruncated, false);
    assertEquals([sessions, terminals], [null, null]);
  },
);

Deno.test(
  "dead letters are counted by reason, and by who did not get them while somebody watches",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    const { system } = watched;
    const gone = system.spawn(idle, { name: "gone" });
    gone.stop();
    await gone.stopped;
    gone.tell(undefined as never);
    const full = system.spawn<string>(
      () => ({ receive: () => new Promise<void>(() => {}) }),
      { name: "full", mailbox: { maxMessages: 1 }, shutdownMs: 0 },
    );
    await system.idle();
    full.tell("handled");
    await system.idle();
    assertEquals((await watched.see("dead_letters")).rows, []);
    for (let i = 0; i < 4; i++) full.tell("a secret");
    gone.tell(undefined as never);
    await watched.second();
    const { rows } = await watched.see("dead_letters");
    assertEquals(rows, [
      {
        path: "/full",
        reason: "refused",
        count: 3,
        sender: null,
        agoMs: 1000,
      },
      { path: "/gone", reason: "stopped", count: 1, sender: null, agoMs: 1000 },
    ]);
    const { actors } = await watched.see("overview");
    assertEquals(actors?.deadLetters, { stopped: 2, refused: 3, dropped: 0 });
    const [row] = (await watched.see("actors", "&sort=dead_letters")).rows;
    assertEquals([row?.path, row?.deadLetters], ["/full", 3]);
  },
);

Deno.test(
  "the state of an actor is what its handler shows, if it does",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    const { system } = watched;
    let looks = 0;
    system.spawn(() => ({
      receive() {},
      inspect: () => ({ looks: ++looks, users: new Map([["mona", 1n]]) }),
    }), { name: "open" });
    system.spawn(idle, { name: "closed" });
    system.spawn(() => ({
      receive() {},
      inspect() {
        throw new Error("not now");
      },
    }), { name: "failing" });
    system.spawn(() => ({
      receive() {},
      inspect: () => Promise.reject(new Error("later")),
    }), { name: "late" });
    await system.idle();
    // Nobody looks at this actor.
    await watched.see("actors");
    assertEquals(looks, 0);
    const see = async (path: string) =>
      (await watched.see("actor", `&path=${path}`)).inspection;
    assertEquals(await see("/open"), {
      type: "state",
      json: '{\n  "looks": 1,\n  "users": {\n    "mona": "1n"\n  }\n}',
      isTruncated: false,
    });
    assertEquals(await see("/closed"), { type: "none" });
    assertEquals(await see("/nobody"), { type: "none" });
    assertEquals(await see("/failing"), {
      type: "failed",
      error: "Error: not now",
    });
    assertEquals((await see("/late")).type, "failed");
  },
);

Deno.test(
  "a handler whose inspect is not a function fails its start",
  bounded,
  async () => {
    await using watched = new WatchedSystem();
    const { system } = watched;
    const failures: unknown[] = [];
    using _failures = system.events.subscribe((event) => {
      if (event.type === "failed") failures.push(event.cause);
    }, { handlesFailures: true });
    system.spawn(() => {
      const handler: Handler<never> = { receive() {} };
      Reflect.set(handler, "inspect", 7);
      return handler;
    });
    await system.idle();
    assertEquals(
      String(failures[0]),
      "TypeError: Cannot start /1: inspect of its handler is a number, it must be a function that returns what may be shown, or left out",
    );
  },
);

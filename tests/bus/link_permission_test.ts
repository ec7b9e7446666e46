// What a client may do, and how much it may have.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  BusForbiddenError,
  BusLimitError,
  type BusPermission,
} from "../../src/bus/mod.ts";
import { LinkRig } from "./link_rig.ts";
import { next, until } from "./conformance/waiting.ts";
import { bounded } from "../support/net.ts";

Deno.test(
  "the application is asked once for each operation and subject, and a pattern is judged as it stands",
  bounded,
  async () => {
    const asked: BusPermission[] = [];
    await using rig = new LinkRig({
      authenticate: ({ credentials }) => new TextDecoder().decode(credentials),
      serve: {
        authorize: (permission) => {
          asked.push(permission);
          const { operation, subject } = permission;
          return !subject.startsWith("secret") ||
            `${operation} is for others`;
        },
      },
    });
    const { bus } = await rig.connect({}, "ann");
    for (let index = 0; index < 3; index++) await bus.publish("open.a", index);
    await bus.request("open.a", 1).catch(() => {});
    await using all = bus.subscribe("open.*");
    await all.ready;
    await using again = bus.subscribe("open.*");
    await again.ready;
    assertEquals(asked, [
      { identity: "ann", operation: "publish", subject: "open.a" },
      { identity: "ann", operation: "subscribe", subject: "open.*" },
    ]);
    const refused = [
      () => bus.publish("secret.a", 1),
      () => bus.publish("secret.a", 2),
      () => bus.publish("secret.b", 1, { retain: true }),
      () => bus.clear("secret.c"),
      () => bus.request("secret.d", 1),
      () => bus.request("secret.a", 1),
      () => bus.track("secret", "ann", 1),
      () => bus.presence("secret").ready,
      () => bus.interest("secret.e").ready,
      () => bus.subscribe("secret.>").ready,
      () => bus.subscribe("secret.>").closed,
      () => bus.stream("secret", { subjects: ["x"], durability: "memory" }),
    ];
    for (const refuse of refused) {
      const error = await assertRejects(async () => {
        await refuse();
      }, BusForbiddenError);
      assert(error.message.includes("is for others"), error.message);
    }
  },
);

Deno.test(
  "what is not allowed any more ends, and what is allowed again goes on",
  bounded,
  async () => {
    let isAllowed = true;
    await using rig = new LinkRig({
      serve: { authorize: () => Promise.resolve(isAllowed) },
    });
    const { bus } = await rig.connect();
    const subscription = bus.subscribe("a");
    const presence = bus.presence("room");
    await Promise.all([subscription.ready, presence.ready]);
    await bus.publish("a", 1);
    assertEquals((await next(subscription)).value, 1);
    isAllowed = false;
    rig.server.reauthorize();
    await assertRejects(() => subscription.closed, BusForbiddenError);
    await assertRejects(async () => {
      for await (const _ of presence);
    }, BusForbiddenError);
    await until(
      () => bus.publish("a", 2).then(() => false, () => true),
      "a publish is refused",
    );
    await assertRejects(() => bus.publish("a", 3), BusForbiddenError);
    isAllowed = true;
    rig.server.reauthorize();
    await using again = bus.subscribe("a");
    await again.ready;
    await until(
      () => bus.publish("a", 4).then(() => true, () => false),
      "a publish is allowed",
    );
    assertEquals((await next(again)).value, 4);
  },
);

Deno.test(
  "what the application throws refuses, and is reported",
  bounded,
  async () => {
    const errors: unknown[] = [];
    await using rig = new LinkRig({
      serve: {
        authorize() {
          throw new Error("no data base");
        },
        onError: (error) => errors.push(error),
      },
    });
    const { bus } = await rig.connect();
    const error = await assertRejects(
      () => bus.publish("a", 1),
      BusForbiddenError,
    );
    assert(!error.message.includes("data base"), error.message);
    assertEquals(errors.map(String), ["Error: no data base"]);
  },
);

Deno.test(
  "a client has no more of anything than the server allows",
  bounded,
  async () => {
    await using rig = new LinkRig({
      serve: {
        maxSubscriptions: 2,
        maxRetained: 2,
        maxTracked: 2,
        maxRequests: 2,
        maxStreams: 1,
        maxMessageBytes: 1000,
      },
    });
    const { bus } = await rig.connect();
    const other = await rig.connect();
    const subscriptions = ["a", "b"].map((pattern) => bus.subscribe(pattern));
    await Promise.all(subscriptions.map(({ ready }) => ready));
    // Those that share a connection count once.
    await bus.subscribe("a").ready;
    await assertRejects(() => bus.subscribe("c").ready, BusLimitError);
    await subscriptions[1]?.unsubscribe();
    await bus.subscribe("c").ready;

    for (const subject of ["a", "b", "a"]) {
      await bus.publish(subject, 1, { retain: true });
    }
    await assertRejects(
      () => bus.publish("c", 1, { retain: true }),
      BusLimitError,
    );
    await bus.clear("a");
    await bus.publish("c", 1, { retain: true });

    const large = new Uint8Array(1001);
    const stream = await bus.stream("one", {
      subjects: ["kept"],
      durability: "memory",
    });
    for (
      const say of [
        () => bus.publish("a", large),
        () => bus.publish("a", large, { retain: true }),
        () => bus.request("a", large),
        () => bus.requestMany("a", large).next(),
        () => stream.publish("kept", large),
      ]
    ) await assertRejects(async () => void await say(), BusLimitError, "1000");

    const ann = await bus.track("room", "ann", 1);
    await bus.track("room", "bob", 1);
    await assertRejects(() => bus.track("room", "eve", 1), BusLimitError);
    await ann[Symbol.asyncDispose]();
    await bus.track("room", "eve", 1);

    await using silent = rig.bus.subscribe("silent");
    await silent.ready;
    const pending = [1, 2].map((value) =>
      bus.request("silent", value, { timeoutMs: 600_000 })
    );
    await next(silent);
    const last = await next(silent);
    await assertRejects(() => bus.request("silent", 3), BusLimitError);
    await last.respond("done");
    assertEquals(await pending[1], "done");
    const third = bus.request("silent", 3);
    await (await next(silent)).respond("again");
    assertEquals(await third, "again");
    pending[0]?.catch(() => {});

    await assertRejects(
      () => bus.stream("two", { subjects: ["other"], durability: "memory" }),
      BusLimitError,
    );
    // Nobody else is concerned.
    await other.bus.subscribe("d").ready;
    assertEquals(rig.server.stats().clients, 2);
  },
);

Deno.test(
  "who creates a stream must be allowed to subscribe to what it keeps, and who opens one need not",
  bounded,
  async () => {
    await using rig = new LinkRig({
      serve: {
        authorize: ({ operation, subject }) =>
          operation !== "subscribe" || !subject.startsWith("secret"),
      },
    });
    const { bus } = await rig.connect();
    const secret = { subjects: ["open.*", "secret.>"] };
    const error = await assertRejects(
      () => bus.stream("mine", secret),
      BusForbiddenError,
    );
    assert(error.message.includes("secret.>"), error.message);
    assertEquals(await rig.bus.streams(), []);
    await bus.stream("mine", { subjects: ["open.*"] });
    await rig.bus.stream("theirs", { subjects: ["secret.>"] });
    const theirs = await bus.stream("theirs", { subjects: ["secret.>"] });
    assertEquals((await theirs.publish("secret.a", 1)).sequence, 1);
  },
);

// What becomes of a client that may not do something any more.
import { assertEquals, assertRejects } from "@std/assert";
import { BusForbiddenError, type BusPermission } from "../../src/bus/mod.ts";
import { bounded } from "../support/net.ts";
import { next, until } from "./conformance/waiting.ts";
import { LinkRig } from "./link_rig.ts";

Deno.test(
  "consumers and entries of presence end when they are not allowed any more",
  bounded,
  async () => {
    let isAllowed = true;
    await using rig = new LinkRig({ serve: { authorize: () => isAllowed } });
    const { bus } = await rig.connect();
    const stream = await bus.stream("s", { subjects: ["s.>"] });
    const consumer = await stream.consume("s.>");
    const entry = await bus.track("room", "ann", 1);
    const presence = rig.bus.presence("room");
    isAllowed = false;
    rig.server.reauthorize();
    await assertRejects(() => consumer.closed, BusForbiddenError);
    await assertRejects(() => entry.update(2), BusForbiddenError);
    await until(() => presence.members().length === 0, "the members");
    isAllowed = true;
    rig.server.reauthorize();
    await rig.bus.publish("s.1", 1);
    const again = await stream.consume("s.>");
    assertEquals((await again.receive())?.value, 1);
  },
);

Deno.test(
  "a permission that was given before all are asked again is not kept",
  bounded,
  async () => {
    const asked: PromiseWithResolvers<boolean>[] = [];
    await using rig = new LinkRig({
      serve: {
        authorize() {
          const verdict = Promise.withResolvers<boolean>();
          asked.push(verdict);
          return verdict.promise;
        },
      },
    });
    const { bus } = await rig.connect();
    const published = bus.publish("a", 1).then(() => "taken", () => "refused");
    await until(() => asked.length === 1, "the application is asked");
    rig.server.reauthorize();
    await until(() => asked.length === 2, "the application is asked");
    asked[0]?.resolve(true);
    await until(() => asked.length === 3, "the application is asked");
    asked[1]?.resolve(false);
    asked[2]?.resolve(false);
    assertEquals(await published, "refused");
    await assertRejects(
      async () => await bus.publish("a", 2),
      BusForbiddenError,
    );
  },
);

Deno.test(
  "a client that is gone before it is judged again leaves no rejection behind",
  bounded,
  async () => {
    const asked: PromiseWithResolvers<boolean>[] = [];
    let isHeld = false;
    await using rig = new LinkRig({
      serve: {
        authorize() {
          if (!isHeld) return true;
          const verdict = Promise.withResolvers<boolean>();
          asked.push(verdict);
          return verdict.promise;
        },
      },
    });
    const { bus, pool } = await rig.connect({ reconnect: false });
    const interest = bus.interest("a");
    const presence = bus.presence("room");
    const subscription = bus.subscribe("b");
    const ends = [subscription.closed, bus.closed].map((end) =>
      end.catch(() => {})
    );
    await Promise.all(
      [interest, presence, subscription].map((one) => one.ready),
    );
    isHeld = true;
    rig.server.reauthorize();
    await until(() => asked.length === 3, "the application is asked");
    await pool.close();
    await Promise.all(ends);
    await until(() => rig.server.stats().clients === 0, "the client is gone");
    // An unhandled rejection would fail this test.
    for (const { resolve } of asked) resolve(false);
    const { bus: next } = await rig.connect();
    isHeld = false;
    rig.server.reauthorize();
    await next.publish("c", 1);
  },
);

Deno.test(
  "the dead letters of a consumer are published where its client may publish",
  bounded,
  async () => {
    const authorize = ({ operation, subject }: BusPermission): boolean =>
      operation !== "publish" || !subject.startsWith("admin.");
    await using rig = new LinkRig({ serve: { authorize } });
    const { bus } = await rig.connect();
    const stream = await bus.stream("s", { subjects: ["s.>"] });
    await assertRejects(
      () => stream.consume("s.>", { deadLetter: "admin.do" }),
      BusForbiddenError,
    );
    const dead = rig.bus.subscribe("dead");
    const consumer = await stream.consume("s.>", { deadLetter: "dead" });
    await bus.publish("s.1", 1);
    await (await consumer.receive())?.terminate();
    assertEquals((await next(dead)).subject, "dead");
  },
);

// Actors that are given out over real sockets.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { MailboxFullError } from "../../src/actor/errors.ts";
import type { ReplyTo } from "../../src/actor/ref.ts";
import {
  command,
  implement,
  protocol,
  type RemoteEnd,
  request,
  stream,
} from "../../src/remote/mod.ts";
import { ConnectionClosedError } from "../../src/session/mod.ts";
import { Happenings } from "../support/happenings.ts";
import { bounded } from "../support/net.ts";
import { RemoteNet } from "./remote_net.ts";

const Member = protocol("member/1", {
  say: command<string>(),
  said: request<void, string[]>(),
});
const Room = protocol("room/1", {
  join: request<{ name: string }>().returns(Member),
  members: request<void, number>(),
});

type MemberMessage = string | { replyTo: ReplyTo<string[]> };

/** A room that gives out a member, an actor of its own, to whoever joins. */
function room() {
  let members = 0;
  const left = new Happenings<string>();
  const implementation = implement(Room, {
    join: ({ name }) =>
      implement(Member, ({ spawn }) => {
        members++;
        return spawn<MemberMessage>(() => {
          const said: string[] = [];
          return {
            receive(message) {
              if (message === "crash") throw new RangeError("It crashed");
              if (typeof message === "string") said.push(message);
              else message.replyTo.tell(said);
            },
            stopped() {
              members--;
              left.push(name);
            },
          };
        });
      }, {
        say: (text) => text,
        said: (_, replyTo) => ({ replyTo }),
      }),
    members: () => members,
  });
  return { left, implementation };
}

Deno.test(
  "A request gives out an actor, which its caller has a stub of",
  bounded,
  async () => {
    const { implementation } = room();
    await using net = new RemoteNet(() => [implementation]);
    await using stub = await net.connect(Room);
    await using ada = await stub.join({ name: "Ada" });
    await using bob = await stub.join({ name: "Bob" });
    ada.say("hello");
    bob.say("hi");
    ada.say("again");
    assertEquals(await ada.said(), ["hello", "again"]);
    assertEquals(await bob.said(), ["hi"]);
    assertEquals(await stub.members(), 2);
  },
);

Deno.test(
  "The end of a stub that was given out releases its actor over there",
  bounded,
  async () => {
    const { left, implementation } = room();
    await using net = new RemoteNet(() => [implementation]);
    await using stub = await net.connect(Room);
    const ada = await stub.join({ name: "Ada" });
    {
      await using bob = await stub.join({ name: "Bob" });
      bob.say("hi");
    }
    assertEquals(await left.next(), "Bob");
    assertEquals(await stub.members(), 1);
    await ada.close();
    assertEquals(await left.next(), "Ada");
    assertEquals(ada.say("too late"), false);
    await assertRejects(() => ada.said(), ConnectionClosedError);
  },
);

Deno.test(
  "The end of the connection releases all that it gave out",
  bounded,
  async () => {
    const { left, implementation } = room();
    await using net = new RemoteNet(() => [implementation]);
    const stub = await net.connect(Room);
    const ada = await stub.join({ name: "Ada" });
    const ends: RemoteEnd[] = [];
    ada.watch((end) => ends.push(end));
    await stub.close();
    assertEquals(await left.next(), "Ada");
    assertEquals(ada.say("too late"), false);
    assertEquals(ends.map(({ type }) => type), ["unavailable"]);
  },
);

Deno.test(
  "A watcher of an actor that was given out learns of its crash, and the others go on",
  bounded,
  async () => {
    const { implementation } = room();
    await using net = new RemoteNet(() => [implementation]);
    await using stub = await net.connect(Room);
    await using ada = await stub.join({ name: "Ada" });
    await using bob = await stub.join({ name: "Bob" });
    const end = new Promise<RemoteEnd>((resolve) => ada.watch(resolve));
    ada.say("crash");
    const { type } = await end;
    assertEquals(type, "failed");
    assertEquals(await bob.said(), []);
    assert(await net.net.failures.next() instanceof RangeError);
  },
);

Deno.test(
  "A client is given no more actors than it may hold",
  bounded,
  async () => {
    const { implementation } = room();
    await using net = new RemoteNet(() => [implementation], {
      expose: { maxGiven: 2 },
    });
    await using stub = await net.connect(Room);
    const ada = await stub.join({ name: "Ada" });
    await using _bob = await stub.join({ name: "Bob" });
    await assertRejects(() => stub.join({ name: "Eve" }), MailboxFullError);
    await ada.close();
    await using eve = await stub.join({ name: "Eve" });
    assertEquals(await eve.said(), []);
  },
);

Deno.test(
  "An actor that is given to a caller who has given up is released",
  bounded,
  async () => {
    const asked = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const made = Promise.withResolvers<void>();
    const disposed = Promise.withResolvers<void>();
    await using net = new RemoteNet(() => [
      implement(Room, {
        async join() {
          asked.resolve();
          await go.promise;
          return implement(Member, () => {
            made.resolve();
            return {
              say() {},
              said: () => [],
              [Symbol.dispose]: () => disposed.resolve(),
            };
          });
        },
        members: () => 0,
      }),
    ]);
    await using stub = await net.connect(Room);
    const controller = new AbortController();
    const joining = stub.join({ name: "Ada" }, { signal: controller.signal });
    await asked.promise;
    // The reply and the cancellation meet on the way.
    net.net.proxy.stall("to_dialler");
    go.resolve();
    await made.promise;
    controller.abort(new Error("Too slow"));
    await assertRejects(() => joining, Error, "Too slow");
    net.net.proxy.flow("to_dialler");
    await disposed.promise;
  },
);

Deno.test(
  "What is pending of an actor that was given out rejects when its stub is closed, and nothing else does",
  bounded,
  async () => {
    const Busy = protocol("busy/1", {
      work: request<void, string>(),
      numbers: stream<void, number>(),
    });
    const Office = protocol("office/1", {
      hire: request().returns(Busy),
      work: request<void, string>(),
    });
    const started = new Happenings<AbortSignal>();
    const go = Promise.withResolvers<string>();
    const work = (_: unknown, { signal }: { signal: AbortSignal }) => {
      started.push(signal);
      return go.promise;
    };
    await using net = new RemoteNet(() => [
      implement(Office, {
        work,
        hire: () =>
          implement(Busy, {
            work,
            async *numbers(_, { signal }) {
              started.push(signal);
              yield 1;
              await new Promise((resolve) => signal.onabort = resolve);
            },
          }),
      }),
    ]);
    await using office = await net.connect(Office);
    const busy = await office.hire();
    const own = office.work();
    await started.next();
    const given = assertRejects(() => busy.work(), ConnectionClosedError);
    const numbers = busy.numbers();
    assertEquals((await numbers.next()).value, 1);
    const signals = [await started.next(), await started.next()];
    const aborted = signals.map((signal) =>
      new Promise((resolve) => signal.addEventListener("abort", resolve))
    );
    await busy.close();
    await given;
    await assertRejects(() => numbers.next(), ConnectionClosedError);
    await Promise.all(aborted);
    go.resolve("done");
    assertEquals(await own, "done");
  },
);

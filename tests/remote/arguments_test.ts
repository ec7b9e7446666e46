// What the types forbid is refused at run time too, by an error that names it.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import {
  command,
  connectActor,
  expose,
  implement,
  protocol,
  request,
} from "../../src/remote/mod.ts";

const Counter = protocol("counter/1", {
  add: command<{ by: number }>(),
  read: request<void, number>(),
});
const handlers = { add() {}, read: () => 0 };

for (
  const [name, operations, message] of [
    [undefined, {}, "Cannot use name: it is missing, it must be a string"],
    ["counter", {}, 'it must end with a version, such as "counter/1"'],
    ["a b/1", {}, "it must end with a version"],
    ["x".repeat(254) + "/1", {}, "it has 256 bytes, the limit is 255"],
    ["counter/1", undefined, "Cannot use operations: it is missing"],
    ["counter/1", { add: 5 }, "Cannot use the operation add: it is a number"],
    ["counter/1", { watch: command() }, "every stub has a watch of its own"],
    ["counter/1", { then: command() }, "every stub has a then of its own"],
    ["counter/1", { toString: command() }, "has a toString of its own"],
    [
      "counter/1",
      Object.fromEntries(
        Array.from({ length: 257 }, (_, n) => [`op${n}`, command()]),
      ),
      "there are 257, the limit is 256",
    ],
  ] as const
) {
  Deno.test(`protocol() refuses what makes no sense: ${message}`, () => {
    assertThrows(
      () => Reflect.apply(protocol, undefined, [name, operations]),
      Error,
      message,
    );
  });
}

Deno.test("Names that stubs have for themselves are refused by the compiler too", () => {
  assertThrows(() =>
    protocol("counter/1", {
      // @ts-expect-error: it is reserved
      close: command(),
    })
  );
});

Deno.test("An operation refuses what is no schema", () => {
  for (const schema of [5, {}, { "~standard": {} }]) {
    assertThrows(
      () => Reflect.apply(request, undefined, [{ in: schema }]),
      TypeError,
      "Cannot use the schema of in",
    );
  }
  assertThrows(
    () => Reflect.apply(command, undefined, [{ out: 5 }]),
    TypeError,
    'Cannot use option "out" of command()',
  );
});

Deno.test("implement() refuses what is no protocol, and handlers that are missing or of no operation", () => {
  for (
    const [given, message] of [
      [[{}, handlers], "Cannot use protocol: it is an object"],
      [[Counter, 5], "Cannot use the handlers of counter/1"],
      [[Counter, { add() {} }], "the handler read of counter/1: it is missing"],
      [
        [Counter, { ...handlers, readd() {} }],
        "counter/1 has no such operation, did you mean read?",
      ],
      [[Counter, {}, handlers], "Cannot use actor: it is an object"],
    ] as const
  ) {
    assertThrows(
      () => Reflect.apply(implement, undefined, given),
      TypeError,
      message,
    );
  }
});

Deno.test("expose() refuses what is no implementation, two of one protocol, and options that are wrong", async () => {
  await using system = new ActorSystem();
  const one = implement(Counter, handlers);
  for (
    const [implementations, options, message] of [
      [Counter, {}, "Cannot use implementations"],
      [[Counter], {}, "Cannot use an implementation: it is an object"],
      [[one, one], {}, "counter/1 has another one already"],
      [[one], { maxPending: 0 }, "Cannot use maxPending: it is 0"],
      [[one], { maxpending: 1 }, 'did you mean "maxPending"?'],
      [[one], { onError: 5 }, "Cannot use onError"],
      [[one], { describeFailure: 5 }, "Cannot use describeFailure"],
    ] as const
  ) {
    assertThrows(
      () =>
        Reflect.apply(expose, undefined, [system, implementations, options]),
      Error,
      message,
    );
  }
});

Deno.test("connectActor() refuses what is no connector or protocol, and options that are wrong", async () => {
  const connector = { connect: () => Promise.reject(new Error("Not called")) };
  for (
    const [given, message] of [
      [[{}, Counter], "Cannot use connector"],
      [[connector, {}], "Cannot use protocol: it is an object"],
      [
        [connector, Counter, { timeoutMs: -1 }],
        "Cannot use timeoutMs: it is -1",
      ],
      [[connector, Counter, { timeoutMS: 1 }], 'did you mean "timeoutMs"?'],
      [
        [connector, Counter, { reconnect: true }],
        "Cannot use options of backoff",
      ],
      [[connector, Counter, { signal: 5 }], "Cannot use signal"],
      [[connector, Counter, { priority: "urgent" }], "Cannot use priority"],
    ] as const
  ) {
    await assertRejects(
      () => Reflect.apply(connectActor, undefined, given),
      Error,
      message,
    );
  }
});

Deno.test("A protocol has its operations in the order in which they were written", () => {
  assertEquals(Object.keys(Counter.operations), ["add", "read"]);
  assertEquals(Counter.name, "counter/1");
});

// What the compiler refuses of stubs and implementations.
import { assertEquals } from "@std/assert";
import {
  command,
  implement,
  protocol,
  request,
  type StandardSchema,
  stream,
  type Stub,
} from "../../src/remote/mod.ts";

/** A schema that makes numbers of texts. */
const numeric: StandardSchema<string, number> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) => ({ value: Number(value) }),
  },
};

const Member = protocol("member/1", { leave: command() });
const Everything = protocol("everything/1", {
  none: command(),
  add: command<{ by: number }>(),
  read: request<void, number>(),
  parse: request({ in: numeric, out: numeric }),
  join: request<{ name: string }>().returns(Member),
  numbers: stream<number, number>(),
  when: command<{ at: Date }>(),
  find: request<string | undefined, number | undefined>(),
  mark: command<string | undefined>(),
});

/** Is compiled, and never called. */
async function uses(stub: Stub<typeof Everything>): Promise<void> {
  stub.none() satisfies boolean;
  stub.add({ by: 1 }) satisfies boolean;
  await stub.read() satisfies number;
  await stub.read(undefined, { timeoutMs: 1 }) satisfies number;
  // What the schema accepts goes in, what it makes of it comes out.
  await stub.parse("1") satisfies number;
  const member = await stub.join({ name: "Ada" });
  member.leave() satisfies boolean;
  for await (const n of stub.numbers(1)) n satisfies number;
  // What may be left out may be undefined, and be left out.
  await stub.find("Ada") satisfies number | undefined;
  await stub.find();
  await stub.find(undefined, { timeoutMs: 1 });
  stub.mark();
  // @ts-expect-error: nothing may have been found
  await stub.find("Ada") satisfies number;
  // @ts-expect-error: there is no such operation
  stub.ad({ by: 1 });
  // @ts-expect-error: the value is of another type
  stub.add({ by: "1" });
  // @ts-expect-error: a value is missing
  stub.add();
  // @ts-expect-error: a command takes no value
  stub.none(1);
  // @ts-expect-error: options come second
  await stub.read({ timeoutMs: 1 });
  // @ts-expect-error: a number is not what the schema accepts
  await stub.parse(1);
  // @ts-expect-error: a Date cannot be sent
  stub.when({ at: new Date(0) });
}

Deno.test("The types of a protocol hold on both sides", () => {
  const implementation = implement(Everything, {
    none() {},
    add: ({ by }) => void (by satisfies number),
    read: () => 1,
    // The handler gets what the schema has made, and returns what it accepts.
    parse: (value) => `${value satisfies number}`,
    join: ({ name }) => implement(Member, { leave: () => void name }),
    async *numbers(end) {
      yield end;
    },
    when() {},
    find: (name) => name?.length,
    mark: (name) => void (name satisfies string | undefined),
  });
  implement(protocol("one/1", { read: request<void, number>() }), {
    // @ts-expect-error: the reply is of another type
    read: () => "1",
  });
  implement(protocol("two/1", { join: request().returns(Member) }), {
    // @ts-expect-error: an implementation of the protocol is needed
    join: () => 1,
  });
  assertEquals(implementation.protocol, Everything);
  assertEquals(typeof uses, "function");
});

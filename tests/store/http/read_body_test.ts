import { assert, assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../../../src/testing/mod.ts";
import { BodyBudget } from "../../../src/store/http/body_budget.ts";
import { Problem } from "../../../src/store/http/problem.ts";
import { readBody } from "../../../src/store/http/read_body.ts";

const budget = new BodyBudget(1000);

function read(
  body: BodyInit | null,
  { maxBytes = 100, headers = {} }: {
    maxBytes?: number;
    headers?: Record<string, string>;
  } = {},
  clock = new ManualClock(),
): Promise<Uint8Array> {
  using held = budget.open();
  const request = new Request("http://localhost/", {
    method: "POST",
    body,
    headers,
  });
  return readBody(request, { maxBytes, maxMs: 1000, clock, held });
}

async function refused(reading: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => reading, Problem)).kind;
}

Deno.test("A body is read whole, however it is cut", async () => {
  const chunks = ["He", "", "llo"].map((text) =>
    new TextEncoder().encode(text)
  );
  assertEquals(
    new TextDecoder().decode(await read(ReadableStream.from(chunks))),
    "Hello",
  );
  assertEquals(await read(null), new Uint8Array());
});

Deno.test("A body that is too large is refused before it is read, or at the byte too many", async () => {
  let pulled = 0;
  const endless = () =>
    new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(10));
      },
    }, { highWaterMark: 0 });
  const stated = read(endless(), { headers: { "content-length": "101" } });
  assertEquals(await refused(stated), "too_large");
  assertEquals(pulled, 0);
  assertEquals(await refused(read(endless())), "too_large");
  assertEquals(pulled, 11);
});

Deno.test("A body that comes too slowly is refused, and no longer read", async () => {
  const clock = new ManualClock();
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream({
    pull: () => new Promise(() => {}),
    cancel: () => cancelled.resolve(),
  });
  const reading = read(body, {}, clock);
  clock.advance(1000);
  assertEquals(await refused(reading), "too_slow");
  await cancelled.promise;
});

Deno.test("All bodies together hold no more than the budget, and give it back", () => {
  const shared = new BodyBudget(10);
  {
    using one = shared.open();
    using other = shared.open();
    one.take(6);
    other.take(4);
    try {
      other.take(1);
      assert(false, "more than the budget was taken");
    } catch (error) {
      assert(error instanceof Problem && error.kind === "busy");
    }
  }
  assertEquals(shared.held, 0);
});

import { assertEquals, assertRejects } from "@std/assert";
import { sseBodyOf } from "../../src/web/sse_response.ts";
import { SseStream } from "../../src/web/sse_stream.ts";

const options = { action: "subscribe", error: TypeError };

Deno.test("sseBodyOf() returns the body of a stream of events", async () => {
  using stream = new SseStream();
  const response = stream.respond(new Request("http://localhost/"));
  const body = await sseBodyOf(response, options);
  assertEquals(body, response.body);
  await body.cancel();
});

for (
  const [what, response, text] of [
    [
      "another status",
      new Response("no", {
        status: 404,
        headers: { "content-type": "text/event-stream" },
      }),
      "the response is 404 of type text/event-stream",
    ],
    [
      "another type",
      new Response("{}", { headers: { "content-type": "text/html" } }),
      "the response is 200 of type text/html",
    ],
    [
      "no body",
      new Response(null, { status: 204 }),
      "the response is 204 of type none",
    ],
  ] as const
) {
  Deno.test(`sseBodyOf() rejects a response with ${what}`, async () => {
    await assertRejects(
      () => sseBodyOf(response, options),
      TypeError,
      `Cannot subscribe: ${text}, it must be 200 of type text/event-stream`,
    );
    assertEquals(response.bodyUsed || response.body === null, true);
  });
}

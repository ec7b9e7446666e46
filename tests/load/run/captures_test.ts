import { assertEquals } from "@std/assert";
import type { JsonValue } from "../../../src/codec/mod.ts";
import { compileCaptures } from "../../../src/load/run/captures.ts";
import type { Step } from "../../../src/load/scenario/scenario.ts";

const outcome = {
  status: 200,
  body: { token: "abc", items: [{ id: 7 }, { id: 8 }], none: null },
  headers: { location: "/items/12?page=3" },
  cookies: { session: "s1" },
};

function captured(
  capture: NonNullable<Step["capture"]>,
): Record<string, JsonValue> | string | undefined {
  const values = new Map<string, JsonValue>();
  const wrong = compileCaptures(capture)?.(outcome, values);
  return wrong?.message ?? Object.fromEntries(values);
}

Deno.test("a step captures fields of its outcome, at any depth", () => {
  assertEquals(
    captured({
      token: "body.token",
      second: "body.items.1.id",
      items: "body.items",
      place: "headers.location",
      session: "cookies.session",
      status: "status",
    }),
    {
      token: "abc",
      second: 8,
      items: [{ id: 7 }, { id: 8 }],
      place: "/items/12?page=3",
      session: "s1",
      status: 200,
    },
  );
});

Deno.test("a step captures what a pattern matches in a field", () => {
  assertEquals(
    captured({
      id: { field: "headers.location", pattern: "/items/(\\d+)" },
      either: { field: "headers.location", pattern: "size=(\\d+)|page=(\\d+)" },
      json: { field: "body", pattern: '"token":"(.*?)"' },
    }),
    { id: "12", either: "3", json: "abc" },
  );
});

Deno.test("a step without what it should capture fails, and says why", () => {
  assertEquals(
    captured({ token: "body.tokens" }),
    "body.tokens is missing, token is taken from it",
  );
  assertEquals(
    captured({ token: "body.none" }),
    "body.none is missing, token is taken from it",
  );
  assertEquals(
    captured({ id: { field: "body", pattern: "id=(.)" } }),
    "body has no match of /id=(.)/, id is taken from it",
  );
});

Deno.test("a pattern is searched in the beginning of a text that is very long", () => {
  const long = { body: `id=1;${"x".repeat(100_000)};end=2` };
  const values = new Map<string, JsonValue>();
  const capture = (pattern: string) =>
    compileCaptures({ found: { field: "body", pattern } })?.(long, values);
  assertEquals(capture("id=(\\d)"), undefined);
  assertEquals(values.get("found"), "1");
  assertEquals(
    capture("end=(\\d)")?.message,
    "body has no match of /end=(\\d)/ in its first 65536 characters, found is taken from it",
  );
});

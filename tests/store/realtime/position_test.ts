import { assertEquals } from "@std/assert";
import {
  formatPosition,
  makeClientId,
  parseLastEventId,
  parsePosition,
} from "../../../src/store/realtime/position.ts";

Deno.test("A position is read as it was written, inside of a change too", () => {
  for (
    const position of [
      { cursor: 0 },
      { cursor: 12 },
      { cursor: 999_999_999_999_999 },
      { cursor: 3, events: 1 },
    ]
  ) assertEquals(parsePosition(formatPosition(position)), position);
});

Deno.test("What is no position is none", () => {
  for (
    const text of [
      "",
      "-1",
      "01",
      "1.5",
      "1e3",
      "12:0",
      "0:1",
      "12:1:1",
      "1000000000000000",
      "99999999999999999999",
      " 12",
      "12\n",
    ]
  ) assertEquals(parsePosition(text), undefined, JSON.stringify(text));
});

Deno.test("The id of a client says where it has begun", () => {
  const id = makeClientId({ cursor: 42 });
  assertEquals(parseLastEventId(id), { cursor: 42 });
  const within = { cursor: 42, events: 3 };
  assertEquals(parseLastEventId(makeClientId(within)), within);
  assertEquals(parseLastEventId("42:1"), { cursor: 42, events: 1 });
  assertEquals(parseLastEventId(`${id}0000000000000000`), undefined);
});

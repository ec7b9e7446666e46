import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { SseParser } from "../../src/web/sse_parser.ts";

Deno.test("events are the same wherever their stream is cut", () => {
  const text =
    "\r\ndata: a\r\rdata:b\ndata\ndata:  c\n\nevent:x\r\nid: 5\r\nretry: 9\r\n" +
    "data: d\r\n\r\nevent: none\n\ndata: e:f\n\n";
  const expected = [
    { event: "message", data: "a" },
    { event: "message", data: "b\n\n c" },
    { event: "x", data: "d" },
    { event: "message", data: "e:f" },
  ];
  fc.assert(
    fc.property(fc.array(fc.nat({ max: text.length })), (cuts) => {
      const parser = new SseParser(RangeError);
      const ends = [...cuts, 0, text.length].toSorted((a, b) => a - b);
      const events = ends.flatMap((end, index) =>
        parser.push(text.slice(ends[index - 1] ?? 0, end))
      );
      assertEquals(events, expected);
    }),
  );
});

Deno.test("an event that is too long is an error", () => {
  for (const piece of ["data: x\n".repeat(1000), "x".repeat(10_000)]) {
    const parser = new SseParser(RangeError);
    assertThrows(
      () => {
        for (let i = 0; i < 1000; i++) parser.push(piece);
      },
      RangeError,
      "it has more than 1048576 characters",
    );
  }
});

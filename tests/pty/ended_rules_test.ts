import { assertEquals } from "@std/assert";
import { endedToDrop } from "../../src/pty/ended_rules.ts";

const ended = new Map([["first", 50], ["second", 10], ["third", 40]]);

Deno.test("ended sessions are kept up to a number and to bytes, and those that ended first go", () => {
  const keep = (maxEndedSessions: number, maxEndedBytes: number) =>
    endedToDrop(ended, { maxEndedSessions, maxEndedBytes });
  assertEquals(keep(3, 100), []);
  assertEquals(keep(2, 100), ["first"]);
  assertEquals(keep(3, 99), ["first"]);
  assertEquals(keep(3, 49), ["first", "second"]);
  assertEquals(keep(3, 39), ["first", "second", "third"]);
  assertEquals(keep(0, Infinity), ["first", "second", "third"]);
  assertEquals(keep(Infinity, Infinity), []);
});

import { assertEquals } from "@std/assert";
import {
  arrowKey,
  binaryBytes,
  isArrow,
  withCtrl,
} from "../../../src/terminal/page/keys.ts";

Deno.test("withCtrl() turns letters and signs into control characters, and nothing else", () => {
  for (
    const [text, expected] of [
      ["c", "\x03"],
      ["C", "\x03"],
      ["@", "\0"],
      [" ", "\0"],
      ["[", "\x1b"],
      ["_", "\x1f"],
      ["?", "\x7f"],
      ["1", "1"],
      ["é", "é"],
      ["cd", "cd"],
      ["\r", "\r"],
      ["{", "{"],
    ] as const
  ) assertEquals(withCtrl(text), expected);
});

Deno.test("arrowKey() returns the sequence for the program's mode", () => {
  assertEquals(arrowKey("up", false, false), "\x1b[A");
  assertEquals(arrowKey("down", true, false), "\x1bOB");
  assertEquals(arrowKey("left", true, true), "\x1b[1;5D");
  assertEquals(arrowKey("right", false, true), "\x1b[1;5C");
});

Deno.test("isArrow() accepts only the arrow keys", () => {
  assertEquals(["up", "toString", ""].map(isArrow), [true, false, false]);
});

Deno.test("binaryBytes() keeps every byte", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assertEquals(binaryBytes(String.fromCharCode(...bytes)), bytes);
});

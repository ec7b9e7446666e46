import { assertEquals } from "@std/assert";
import {
  binaryBytes,
  isSpecialKey,
  specialKey,
  withCtrl,
  withModifiers,
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

const none = { ctrl: false, alt: false };

Deno.test("specialKey() returns the sequence for the program's mode and the keys that are held", () => {
  for (
    const [key, isApplication, held, expected] of [
      ["up", false, none, "\x1b[A"],
      ["down", true, none, "\x1bOB"],
      ["left", true, { ctrl: true, alt: false }, "\x1b[1;5D"],
      ["right", false, { ctrl: false, alt: true }, "\x1b[1;3C"],
      ["home", false, none, "\x1b[H"],
      ["end", true, none, "\x1bOF"],
      ["end", true, { ctrl: true, alt: true }, "\x1b[1;7F"],
      ["page_up", true, none, "\x1b[5~"],
      ["page_down", false, { ctrl: true, alt: false }, "\x1b[6;5~"],
    ] as const
  ) assertEquals(specialKey(key, isApplication, held), expected);
});

Deno.test("withModifiers() puts an escape before what Alt is held with", () => {
  assertEquals(withModifiers("b", { ctrl: false, alt: true }), "\x1bb");
  assertEquals(withModifiers("b", { ctrl: true, alt: true }), "\x1b\x02");
  assertEquals(withModifiers("é", none), "é");
});

Deno.test("isSpecialKey() accepts only keys with a sequence", () => {
  assertEquals(["up", "page_up", "toString", ""].map(isSpecialKey), [
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("binaryBytes() keeps every byte", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  assertEquals(binaryBytes(String.fromCharCode(...bytes)), bytes);
});

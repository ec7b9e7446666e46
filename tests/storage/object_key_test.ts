import { assertEquals, assertThrows } from "@std/assert";
import { checkKey, compareKeys, isKey } from "../../src/storage/object_key.ts";
import { InvalidKeyError } from "../../src/storage/mod.ts";
import { fileOf, segmentOf } from "../../src/storage/directory/file_names.ts";

Deno.test("a text that is no key is refused, with what is wrong with it", () => {
  for (
    const [key, fault] of [
      ["", "it is empty"],
      [5, "it must be text"],
      ["/a", "a segment is empty"],
      ["a/", "a segment is empty"],
      ["a//b", "a segment is empty"],
      [".", "the segment . ends in a dot"],
      ["a/../b", "the segment .. ends in a dot"],
      ["a/..", "the segment .. ends in a dot"],
      ["a./b", "the segment a. ends in a dot"],
      ["a\\b", "a control character or a backslash is in it"],
      ["a\0b", "a control character or a backslash is in it"],
      ["a\nb", "a control character or a backslash is in it"],
      ["\ud800", "half of a surrogate pair is in it"],
      ["e\u0301", "it is not in normal form C"],
      ["a".repeat(201), "a segment has 201 bytes of UTF-8"],
      ["é".repeat(101), "a segment has 202 bytes of UTF-8"],
      ["abc/".repeat(256) + "d", "it has 1025 bytes of UTF-8"],
    ] as const
  ) {
    assertThrows(() => checkKey(key), InvalidKeyError, fault);
    assertEquals(typeof key === "string" && isKey(key), false);
  }
  for (
    const key of ["a", "..a", "a..b", " ", "a/b/c", "abc/".repeat(255) + "defg"]
  ) checkKey(key);
});

Deno.test("keys are ordered by their bytes in UTF-8", () => {
  const keys = ["", "A", "a", "a b", "a-b", "a/b", "ab", "é", "\uff5e", "🦕"];
  const shuffled = [...keys.slice(5), ...keys.slice(0, 5)].reverse();
  assertEquals(shuffled.sort(compareKeys), keys);
  const hex = (text: string) => new TextEncoder().encode(text).toHex();
  assertEquals(keys.toSorted((a, b) => hex(a) < hex(b) ? -1 : 1), keys);
});

Deno.test("the name of a file is that of one key, and of no path beside the directory", () => {
  const segments = [
    "a",
    "A",
    "a+",
    "%41",
    ".hidden",
    "..a",
    "con.txt ",
    "é",
    "日本",
    "🦕",
    "a:b*c?",
  ];
  const names = segments.map(fileOf);
  assertEquals(
    new Set(names.map((name) => name.toLowerCase())).size,
    names.length,
  );
  for (const [index, name] of names.entries()) {
    assertEquals(/^\.|[/\\:*?]/.test(name), false, name);
    const entry = { name, isFile: true, isDirectory: false, isSymlink: false };
    assertEquals(segmentOf(entry)?.segment, segments[index]);
  }
  assertEquals(fileOf("a/B/c"), "a/%42/c+");
  for (const name of ["a", ".a+", "%61+", "A+", "%zz+", "a%2B+"]) {
    const entry = { name, isFile: true, isDirectory: false, isSymlink: false };
    assertEquals(segmentOf(entry), undefined, name);
  }
  assertThrows(
    () => fileOf("A".repeat(90)),
    InvalidKeyError,
    "makes a file name of 271 bytes, at most 255 are possible",
  );
});

import { assertEquals } from "@std/assert";
// @ts-types="./headless.d.ts"
import headless from "@xterm/headless";
import fc from "fast-check";
import {
  ClusterKind,
  joinCluster,
} from "../../../src/terminal/unicode/grapheme_rules.ts";
import { useUnicode } from "../../../src/terminal/unicode/unicode_modes.ts";

/** A terminal without a screen, and what it answers. */
function openTerminal(mayReply = true) {
  const terminal = new headless.Terminal({
    allowProposedApi: true,
    cols: 40,
    rows: 4,
  });
  useUnicode(terminal, () => mayReply);
  const replies: string[] = [];
  terminal.onData((data) => replies.push(data));
  const write = (text: string) =>
    new Promise<void>((resolve) => terminal.write(text, resolve));
  /** Returns the cells of a text, as the position of the cursor has them. */
  const widthOf = async (text: string): Promise<number> => {
    await write(`\r\x1b[K${text}\x1b[6n`);
    return Number(/;(\d+)R/.exec(replies.pop() ?? "")?.[1]) - 1;
  };
  return { terminal, replies, write, widthOf };
}

/** Texts with their cells as characters, and as graphemes. */
const TEXTS = [
  ["a", 1, 1],
  ["é", 1, 1],
  ["e\u0301", 1, 1],
  ["中", 2, 2],
  ["✅", 2, 2],
  ["🟢", 2, 2],
  ["⏳", 2, 2],
  ["🥲", 2, 2],
  ["\u{1fae0}", 2, 2],
  ["\u{1fae9}", 2, 2],
  ["👍🏽", 4, 2],
  ["👨‍👩‍👧", 6, 2],
  ["🇩🇪", 2, 2],
  ["🇩🇪🇫🇷", 4, 4],
  ["❤\ufe0f", 1, 2],
  ["1\ufe0f\u20e3", 1, 2],
  ["☺", 1, 1],
  ["각", 2, 2],
  ["\u1100\u1161\u11a8", 2, 2],
  ["a\u200bb", 2, 2],
  ["a\u00adb", 3, 3],
] as const;

Deno.test("the cursor stands where wcwidth() of current Unicode has it", async () => {
  const { widthOf } = openTerminal();
  for (const [text, cells] of TEXTS) {
    assertEquals(await widthOf(text), cells, text);
  }
});

Deno.test("with mode 2027, the cursor stands after whole graphemes", async () => {
  const { widthOf, write } = openTerminal();
  await write("\x1b[?2027h");
  for (const [text, , cells] of TEXTS) {
    assertEquals(await widthOf(text), cells, text);
  }
});

Deno.test("mode 2027 is reported, and set and reset by all that sets modes", async () => {
  const { replies, write, widthOf } = openTerminal();
  const mode = async (): Promise<string | undefined> => {
    await write("\x1b[?2027$p");
    return replies.pop();
  };
  assertEquals(await mode(), "\x1b[?2027;2$y");
  for (const reset of ["\x1b[?2027l", "\x1bc", "\x1b[!p"]) {
    // Beside another mode, which is set as well.
    await write("\x1b[?2004;2027h");
    assertEquals(await mode(), "\x1b[?2027;1$y");
    assertEquals(await widthOf("👍🏽"), 2);
    await write(reset);
    assertEquals(await mode(), "\x1b[?2027;2$y");
    assertEquals(await widthOf("👍🏽"), 4);
  }
  const silent = openTerminal(false);
  await silent.write("\x1b[?2027$p");
  assertEquals(silent.replies, []);
});

Deno.test("graphemes are those of Intl.Segmenter", () => {
  // Whether consonants of Indic scripts join depends on the version of Unicode.
  const pieces = [
    ..."aé中1#☺❤👍👨🇩🇪각각กำာ\u0600\u0301\u200d\ufe0f\u{1f3fd}\u20e3\u0903",
  ];
  const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 }),
      (characters) => {
        const clusters: string[] = [];
        let before: ClusterKind = ClusterKind.other;
        for (const [i, character] of characters.entries()) {
          const point = character.codePointAt(0) ?? 0;
          const { joins, kind } = joinCluster(before, point);
          // Nothing is before the first one that it could join.
          if (joins && i > 0) clusters.push((clusters.pop() ?? "") + character);
          else clusters.push(character);
          before = kind;
        }
        const text = characters.join("");
        const segments = Array.from(segmenter.segment(text), (s) => s.segment);
        assertEquals(clusters, segments);
      },
    ),
    { numRuns: 2000 },
  );
});

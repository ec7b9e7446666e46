/**
 * Output as no program in its right mind writes it: random sequences.
 *
 * @module
 */
/** Returns a number from 0 to 1. */
export type Random = () => number;

const TEXTS = [
  "a",
  "word ",
  "中文",
  "é",
  "e\u0301",
  "✅",
  "👍🏽",
  "👨‍👩‍👧",
  "x".repeat(30),
  "~`qj",
];
const PLAIN = ["\r", "\n", "\r\n", "\t", "\b", "\x0e", "\x0f", "\x07"];
const MODES = [1, 6, 7, 9, 12, 25, 45, 47, 66, 1000, 1002, 1003, 1004, 1006];
const MORE_MODES = [1016, 1047, 1048, 1049, 2004, 2026, 2027];
const ESCAPES = [
  "7",
  "8",
  "D",
  "E",
  "H",
  "M",
  "=",
  ">",
  "n",
  "o",
  "#8",
  "(0",
  "(B",
  ")0",
  "*A",
  "(A",
  "c",
];
const FINALS = "ABCDEFGHIJKLMPSTXZ@`abdefgmrsu";
const STRINGS = [
  "\x1b]0;title\x07",
  "\x1b]2;größe\x1b\\",
  "\x1b]8;;https://example.com/a\x1b\\link\x1b[35m中\x1b]8;;\x1b\\",
  "\x1b]8;id=b;https://example.com/b\x07b\nb\x1b]8;;\x07",
  "\x1b]4;1;rgb:12/34/56\x07",
  "\x1b]104;1\x07",
  "\x1b]11;#123456\x07",
  "\x1bP$qr\x1b\\",
  "\x1b^ignored\x1b\\",
  "\x1b[6n",
  "\x1b[c",
  "\x1b[?6$p",
  "\x1b[3g",
  "\x1b[g",
  "\x1b[3 q",
  "\x1b[0 q",
  "\x1b[!p",
  '\x1b[1"q',
  "\x1b[4:3m",
  "\x1b[58:5:9m",
  "\x1b[38;2;1;2;3m",
  "\x1b[48:5:200m",
  "\x9b1;2H",
  "\x1b[1\r;2H",
  "\x1b[5b",
];

/** Restores of a cursor, of which xterm.js forgets underlines and links. */
const RESTORES = /^.(?:8$|\[[\d;]*u|\[\?104[89]l)/s;
/** Underlines with a style or colour, and hyperlinks. */
const EXTENDED =
  /^.(?:\]8;|\[(?:[\d;:]*;)?(?:4|21|24|58|59)(?:[;:][\d;:]*)?m)/s;

/**
 * Returns random output of about a size, with either restored cursors or
 * extended attributes: with both, what xterm.js prints is no state of its own.
 */
export function randomOutput(random: Random, size: number): string {
  const left = random() < 0.5 ? RESTORES : EXTENDED;
  const pick = <T>(of: readonly T[] | string): T | string =>
    of[Math.floor(random() * of.length)] ?? "";
  const number = (): number => Math.floor(random() * 14);
  let whole = "";
  while (whole.length < size) {
    let text = "";
    const kind = random();
    if (kind < 0.35) text += pick(TEXTS);
    else if (kind < 0.5) text += pick(PLAIN);
    else if (kind < 0.62) {
      const mode = pick(random() < 0.6 ? MODES : MORE_MODES);
      text += `\x1b[?${mode}${random() < 0.5 ? "h" : "l"}`;
    } else if (kind < 0.66) text += `\x1b[4${random() < 0.5 ? "h" : "l"}`;
    else if (kind < 0.74) text += `\x1b${pick(ESCAPES)}`;
    else if (kind < 0.82) text += pick(STRINGS);
    else if (kind < 0.9) {
      text += `\x1b[${Math.floor(random() * 108)};${number()}m`;
    } else text += `\x1b[${number()};${number()}${pick(FINALS)}`;
    if (!left.test(text)) whole += text;
  }
  return whole;
}

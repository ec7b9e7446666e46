/**
 * Which characters share the cells of the one before, by the rules of Unicode
 * for extended grapheme clusters (UAX 29): pure decisions.
 *
 * @module
 */

/** What the rules need to know of the characters so far. */
export const ClusterKind = {
  other: 0,
  /** Joins whatever follows it. */
  prepend: 1,
  /** Leading consonant of Hangul. */
  hangul_lead: 2,
  /** Vowel of Hangul, or a syllable that ends with one. */
  hangul_vowel: 3,
  /** Final consonant of Hangul, or a syllable that ends with one. */
  hangul_final: 4,
  /** First half of a flag. */
  flag_half: 5,
  /** A flag, which a further half does not join. */
  flag: 6,
  /** An emoji, whatever extends it. */
  emoji: 7,
  /** An emoji and a joiner, which another emoji joins. */
  emoji_joiner: 8,
} as const;

/** One of the kinds. */
export type ClusterKind = typeof ClusterKind[keyof typeof ClusterKind];

const JOINER = 0x200d;
/** Marks that extend whatever is before them, but no control character. */
const EXTENDS =
  /^[\p{Grapheme_Extend}\p{Emoji_Modifier}\u200d\p{Mc}\u0e33\u0eb3]$/u;
/** Those of them that are no part of an emoji. */
const SPACING = /^[\p{Mc}\u0e33\u0eb3]$/u;
/** Spacing marks that stand alone (UAX 29, table of SpacingMark). */
const STANDS =
  /^[\u102b\u102c\u1038\u1062-\u1064\u1067-\u106d\u1083\u1087-\u108c\u108f\u109a-\u109c\u1a61\u1a63\u1a64\uaa7b\uaa7d\u{11720}\u{11721}]$/u;
const PREPENDS =
  /^[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\u{110bd}\u{110cd}\u{111c2}\u{111c3}\u{113d1}\u{1193f}\u{11941}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}]$/u;
const FLAG_HALF = /^\p{Regional_Indicator}$/u;
const EMOJI = /^\p{Extended_Pictographic}$/u;

/** A character, and what the cluster is with it. */
export interface Joined {
  /** Whether it belongs to the cluster before it. */
  readonly joins: boolean;
  /** What the cluster is with it. */
  readonly kind: ClusterKind;
}

/** Returns whether a character joins a cluster of the kind `before`. */
export function joinCluster(before: ClusterKind, codePoint: number): Joined {
  const { emoji, emoji_joiner, flag, flag_half, prepend } = ClusterKind;
  const text = String.fromCodePoint(codePoint);
  if (EXTENDS.test(text) && !STANDS.test(text)) {
    // A joiner joins an emoji to the next one if nothing comes between.
    const staysEmoji = before === emoji && !SPACING.test(text);
    if (!staysEmoji) return { joins: true, kind: ClusterKind.other };
    const kind = codePoint === JOINER ? emoji_joiner : emoji;
    return { joins: true, kind };
  }
  const kind = kindOf(text, codePoint);
  if (before === prepend) return { joins: true, kind };
  if (kind === flag_half && before === flag_half) {
    return { joins: true, kind: flag };
  }
  if (kind === emoji && before === emoji_joiner) return { joins: true, kind };
  return { joins: joinsHangul(before, codePoint), kind };
}

function kindOf(text: string, codePoint: number): ClusterKind {
  const hangul = hangulOf(codePoint);
  if (hangul !== undefined) return hangul;
  if (EMOJI.test(text)) return ClusterKind.emoji;
  if (FLAG_HALF.test(text)) return ClusterKind.flag_half;
  return PREPENDS.test(text) ? ClusterKind.prepend : ClusterKind.other;
}

const SYLLABLES = { first: 0xac00, last: 0xd7a3, finals: 28 };

function isSyllable(codePoint: number): boolean {
  return codePoint >= SYLLABLES.first && codePoint <= SYLLABLES.last;
}

function isWithin(codePoint: number, first: number, last: number): boolean {
  return codePoint >= first && codePoint <= last;
}

function hangulOf(codePoint: number): ClusterKind | undefined {
  const { hangul_lead, hangul_vowel, hangul_final } = ClusterKind;
  if (isWithin(codePoint, 0x1100, 0x115f)) return hangul_lead;
  if (isWithin(codePoint, 0xa960, 0xa97c)) return hangul_lead;
  if (isWithin(codePoint, 0x1160, 0x11a7)) return hangul_vowel;
  if (isWithin(codePoint, 0xd7b0, 0xd7c6)) return hangul_vowel;
  if (isWithin(codePoint, 0x11a8, 0x11ff)) return hangul_final;
  if (isWithin(codePoint, 0xd7cb, 0xd7fb)) return hangul_final;
  if (!isSyllable(codePoint)) return undefined;
  const isOpen = (codePoint - SYLLABLES.first) % SYLLABLES.finals === 0;
  return isOpen ? hangul_vowel : hangul_final;
}

function joinsHangul(before: ClusterKind, codePoint: number): boolean {
  const { hangul_lead, hangul_vowel, hangul_final } = ClusterKind;
  const kind = hangulOf(codePoint);
  if (kind === undefined) return false;
  if (before === hangul_lead) {
    return kind !== hangul_final || isSyllable(codePoint);
  }
  if (isSyllable(codePoint) || kind === hangul_lead) return false;
  if (before === hangul_vowel) return true;
  return before === hangul_final && kind === hangul_final;
}

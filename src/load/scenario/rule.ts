/**
 * What data must be like, as data: a schema that can name what is wrong in
 * our words and say what was meant.
 *
 * @module
 */

/** What a value must be. */
export type Rule =
  | {
    readonly kind: "text";
    /** Fewest characters. */
    readonly least?: number;
    /** What is wrong with the text; nothing if it is as it should be. */
    readonly refuses?: (text: string) => string | undefined;
  }
  | {
    readonly kind: "number";
    readonly least?: number;
    readonly most?: number;
    /** It must be more than that. */
    readonly above?: number;
    readonly whole?: true;
  }
  | { readonly kind: "flag" }
  | { readonly kind: "choice"; readonly of: readonly string[] }
  /** Whatever JSON can hold. */
  | { readonly kind: "json" }
  | {
    readonly kind: "list";
    readonly of: Rule;
    /** Fewest items. */
    readonly least?: number;
  }
  /** Values by any names. */
  | { readonly kind: "map"; readonly of: Rule }
  | ObjectRule
  /** An object whose other fields depend on one of them. */
  | {
    readonly kind: "variant";
    readonly by: string;
    readonly of: { readonly [name: string]: ObjectRule };
  }
  /** What is no object, or one of these objects: each has fields of its own. */
  | {
    readonly kind: "either";
    readonly plain: Rule;
    readonly objects: readonly [ObjectRule, ...ObjectRule[]];
  };

/** An object with these fields and no others. */
export interface ObjectRule {
  readonly kind: "object";
  readonly fields: { readonly [name: string]: Field };
  /** Optional fields of which there may be one. */
  readonly atMostOne?: readonly string[];
}

/** A rule for a field, which may be left out if it is `optional`. */
export type Field = Rule & { readonly optional?: true };

/**
 * A rule for each field of `T`, so that none is forgotten: the optional ones,
 * and no others, are `optional`.
 */
export type FieldsOf<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? Rule & { readonly optional: true }
    : Rule & { readonly optional?: never };
};

/** Longest time that timers know, in milliseconds. */
export const MAX_MS: number = 2 ** 31 - 1;

/** Any text. */
export const text: Rule = { kind: "text" };
/** A text that is not empty. */
export const name: Rule = { kind: "text", least: 1 };
/** `true` or `false`. */
export const flag: Rule = { kind: "flag" };
/** Whatever JSON can hold. */
export const json: Rule = { kind: "json" };
/** An object of whatever JSON can hold. */
export const jsonObject: Rule = { kind: "map", of: json };
/** Texts by their names. */
export const texts: Rule = { kind: "map", of: text };
/** A time in milliseconds. */
export const ms: Rule = { kind: "number", least: 0, most: MAX_MS };
/** A time in milliseconds that is not nothing. */
export const someMs: Rule = { kind: "number", above: 0, most: MAX_MS };

/** A whole number, from 1 up unless it is said otherwise. */
export function whole(least = 1, most: number = Number.MAX_SAFE_INTEGER): Rule {
  return { kind: "number", whole: true, least, most };
}

/** One of these texts. */
export function choice(...of: readonly string[]): Rule {
  return { kind: "choice", of };
}

/** A list with at least so many items. */
export function list(of: Rule, least = 0): Rule {
  return { kind: "list", of, least };
}

/** An object with a rule for each field of `T`. */
export function object<T>(
  fields: FieldsOf<T>,
  atMostOne: readonly (keyof T & string)[] = [],
): ObjectRule {
  return { kind: "object", fields, atMostOne };
}

/** A rule for a field that may be left out. */
export function optional(rule: Rule): Rule & { readonly optional: true } {
  return { ...rule, optional: true };
}

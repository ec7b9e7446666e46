/**
 * Rules for data, as data: a schema whose errors say what to do, and what was
 * probably meant.
 *
 * @module
 */
import type { NumberRange } from "../../checks/internal.ts";
import type { Unit } from "./quantity.ts";

/** A path to a value in data: names of fields, and indexes of items. */
export type Path = readonly (string | number)[];

/** What is wrong with a value, and the name that was probably meant. */
export interface Problem {
  readonly message: string;
  readonly suggestion?: string;
}

/** A rule for a value. */
export type Rule =
  | {
    readonly kind: "text";
    /** The least number of characters. */
    readonly minLength?: number;
    /** Returns what is wrong with the text; nothing if it is valid. */
    readonly refuses?: (text: string) => string | Problem | undefined;
    /** The same for what is before the first `${…}` of a text with one. */
    readonly refusesStart?: (text: string) => string | undefined;
  }
  | NumberRule
  | { readonly kind: "flag" }
  | {
    readonly kind: "choice";
    readonly of: readonly string[];
    /** Whether a number that is written like one of them is it. */
    readonly orNumber?: boolean;
    /** Which of them other texts mean. */
    readonly meant?: { readonly [written: string]: string };
  }
  /** Any JSON value. */
  | { readonly kind: "json" }
  | {
    readonly kind: "list";
    readonly of: Rule;
    /** The least number of items. */
    readonly minItems?: number;
  }
  /** An object with any field names. */
  | { readonly kind: "map"; readonly of: Rule }
  | ObjectRule
  /** An object whose other fields depend on one of them. */
  | {
    readonly kind: "variant";
    readonly by: string;
    readonly of: { readonly [name: string]: ObjectRule };
  }
  /** An object of one kind if it has a field, or else of another one. */
  | {
    readonly kind: "shape";
    readonly by: string;
    readonly having: Rule;
    readonly lacking: Rule;
  }
  /** A plain value, or one of these objects, which differ in their fields. */
  | {
    readonly kind: "either";
    readonly plain: Rule;
    readonly objects: readonly [ObjectRule, ...ObjectRule[]];
  };

/** A rule for a number. */
export interface NumberRule {
  readonly kind: "number";
  readonly range: NumberRange;
  /**
   * The unit with which it may be a text, such as `10s`; it may depend on the
   * fields beside it.
   */
  readonly unit?:
    | Unit
    | ((siblings: { readonly [name: string]: unknown }) => Unit | undefined);
}

/** Returns the unit of a number with these fields beside it. */
export function unitFor(
  { unit }: NumberRule,
  siblings: { readonly [name: string]: unknown },
): Unit | undefined {
  return typeof unit === "function" ? unit(siblings) : unit;
}

/** A rule for an object with these fields and no others. */
export interface ObjectRule {
  readonly kind: "object";
  readonly fields: { readonly [name: string]: Field };
  /** Optional fields of which at most one may be given. */
  readonly atMostOne?: readonly string[];
  /** Where fields belong that are often given here instead. */
  readonly elsewhere?: { readonly [name: string]: string };
  /** What is meant by other names that are often given. */
  readonly meant?: { readonly [name: string]: string };
}

/** A rule for a field, which may be left out if it is `optional`. */
export type Field = Rule & { readonly optional?: true };

/**
 * A rule for each field of `T`, so that none is forgotten: exactly the optional
 * fields are `optional`.
 */
export type FieldsOf<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? Rule & { readonly optional: true }
    : Rule & { readonly optional?: never };
};

/** The longest time of a timer, in milliseconds. */
export const MAX_MS: number = 2 ** 31 - 1;

/** Any text. */
export const text: Rule = { kind: "text" };
/** A text that is not empty. */
export const name: Rule = { kind: "text", minLength: 1 };
/** `true` or `false`. */
export const flag: Rule = { kind: "flag" };
/** Any JSON value. */
export const json: Rule = { kind: "json" };
/** An object of JSON values. */
export const jsonObject: Rule = { kind: "map", of: json };
/** Texts by name. */
export const texts: Rule = { kind: "map", of: text };
/** A time in milliseconds, 0 or more. */
export const ms: Rule = number({ min: 0, max: MAX_MS }, "ms");
/** A time in milliseconds, above 0. */
export const someMs: Rule = number({ above: 0, max: MAX_MS }, "ms");

/** Makes a rule for a finite number in a range, which may have a unit. */
export function number(
  range: NumberRange,
  unit?: NonNullable<NumberRule["unit"]>,
): Rule {
  return { kind: "number", range, ...unit === undefined ? {} : { unit } };
}

/** Makes a rule for a whole number, by default 1 or more. */
export function whole(min = 1, max: number = Number.MAX_SAFE_INTEGER): Rule {
  return number({ integer: true, min, max });
}

/** Makes a rule for one of these texts. */
export function choice(...of: readonly string[]): Rule {
  return { kind: "choice", of };
}

/** Makes a rule for a list with at least so many items. */
export function list(of: Rule, minItems = 0): Rule {
  return { kind: "list", of, minItems };
}

/** Makes a rule for an object, with a rule for each field of `T`. */
export function object<T>(
  fields: FieldsOf<T>,
  atMostOne: readonly (keyof T & string)[] = [],
): ObjectRule {
  return { kind: "object", fields, atMostOne };
}

/** Makes a rule for a field that may be left out. */
export function optional(rule: Rule): Rule & { readonly optional: true } {
  return { ...rule, optional: true };
}

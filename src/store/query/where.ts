/**
 * Filters that the compiler checks: fields of a collection by their names, and
 * values of their types.
 *
 * @module
 */
import { checkObject } from "../../checks/internal.ts";
import type { Collection, RecordOf } from "../schema/collection.ts";
import type {
  ComputedField,
  Field,
  JsonField,
  RelationField,
} from "../schema/field.ts";
import { isMany } from "../schema/field.ts";
import {
  type FieldModifier,
  type Filter,
  type FilterOperand,
  type FilterOperator,
  type FilterValue,
  NONE,
} from "./filter.ts";
import { operandOf } from "./filter_parser.ts";

/** What every field of one value can be compared by. */
export interface FieldWhere<Value> {
  /** Equal to a value; null and the empty text are equal. */
  is(value: Value | null): Filter;
  /** Not equal to a value. */
  isNot(value: Value | null): Filter;
  /** Equal to one of some values; to none of none. */
  isOneOf(values: readonly Value[]): Filter;
  /** Without a value, or with an empty text. */
  isEmpty(): Filter;
}

/** What a field whose values have an order can be compared by. */
export interface OrderedWhere<Value> extends FieldWhere<Value> {
  /** Greater than a value. */
  isAbove(value: Value): Filter;
  /** Greater than a value, or equal to it. */
  isAtLeast(value: Value): Filter;
  /** Less than a value. */
  isBelow(value: Value): Filter;
  /** Less than a value, or equal to it. */
  isAtMost(value: Value): Filter;
}

/** What a field of text can be compared by. */
export interface TextWhere<Value extends string> extends OrderedWhere<Value> {
  /** With this text in it, letters A to Z in either case. */
  contains(text: string): Filter;
  /** Beginning with this text, letters A to Z in either case. */
  startsWith(text: string): Filter;
}

/** What a relation to one record can be compared by. */
export interface RelationWhere extends FieldWhere<string> {
  /** The fields of the record that it points to. */
  in<C extends Collection>(target: C): Where<C>;
}

/** What a field of several values can be compared by. */
export interface ListWhere<Value> {
  /** With this value among its own. */
  has(value: Value): Filter;
  /** With at least one of these values among its own. */
  hasOneOf(values: readonly Value[]): Filter;
  /** With no value but this one, and with it. */
  hasOnly(value: Value): Filter;
  /** Without any value at all. */
  isEmpty(): Filter;
  /** How many values there are. */
  readonly length: OrderedWhere<number>;
}

/** What a relation to several records can be compared by. */
export interface RelationsWhere extends ListWhere<string> {
  /** The fields of the records that it points to: one of these is enough. */
  some<C extends Collection>(target: C): Where<C>;
}

/** What a field of JSON can be compared by. */
export interface JsonWhere extends OrderedWhere<string | number | boolean> {
  /** With this text in it, letters A to Z in either case. */
  contains(text: string): Filter;
  /** What lies within: names, and indexes of arrays. */
  at(...path: readonly (string | number)[]): JsonWhere;
}

/** What a field can be compared by, by its kind and its values. */
export type WhereOf<F, Value> = F extends RelationField
  ? [Value] extends [readonly unknown[]] ? RelationsWhere : RelationWhere
  : F extends JsonField ? JsonWhere
  : F extends ComputedField ? never
  : [Value] extends [readonly (infer Each)[]] ? ListWhere<Each>
  : [Value] extends [boolean | null] ? FieldWhere<boolean>
  : [Value] extends [number | null] ? OrderedWhere<number>
  : [Value] extends [string | null] ? TextWhere<NonNullable<Value>>
  : never;

/** The fields of a collection, each with what it can be compared by. */
export type Where<C extends Collection> = {
  readonly [K in keyof RecordOf<C> & string]: WhereOf<
    K extends keyof C["fields"] ? C["fields"][K] : undefined,
    RecordOf<C>[K]
  >;
};

/**
 * Returns the fields of a collection, each with what it can be compared by. What
 * it makes can be joined by {@linkcode allOf}, {@linkcode anyOf} and
 * {@linkcode noneOf}.
 *
 * @example
 * ```ts ignore
 * const task = where(tasks);
 * const filter = allOf(task.title.contains("tea"), task.owner.in(users).name.is("Ann"));
 * ```
 */
export function where<C extends Collection>(collection: C): Where<C> {
  checkObject("collection", collection, "one that collection() makes");
  checkObject("its fields", collection.fields, "those of a collection");
  return fieldsFrom(collection, { path: [] });
}

/** How a path was begun. */
interface Begun {
  readonly path: readonly string[];
  /** Whether one of several values is enough. */
  readonly isAny?: boolean;
}

function fieldsFrom<C extends Collection>(
  { fields }: C,
  begun: Begun,
): Where<C> {
  const names = ["id", "created", "updated", ...Object.keys(fields)];
  const made = names.map((name) => {
    const field: Field | undefined = fields[name];
    const path = [...begun.path, name];
    const isList = field !== undefined && isMany(field);
    return [name, new AnyWhere({ ...begun, path }, isList)];
  });
  // The types say which methods each of them has.
  return Object.fromEntries(made);
}

/** Every comparison; the types of {@linkcode Where} let through what fits. */
class AnyWhere {
  readonly #begun: Begun;
  readonly #isList: boolean;
  readonly #modifier: FieldModifier | undefined;

  constructor(begun: Begun, isList: boolean, modifier?: FieldModifier) {
    this.#begun = begun;
    this.#isList = isList;
    this.#modifier = modifier;
  }

  is(value: FilterValue): Filter {
    return this.#compared("=", value);
  }

  isNot(value: FilterValue): Filter {
    return this.#compared("!=", value);
  }

  isOneOf(values: readonly FilterValue[]): Filter {
    if (values.length === 0) return NONE;
    return this.#compared("=", values, true);
  }

  isEmpty(): Filter {
    return this.#isList ? this.length.is(0) : this.#compared("=", null);
  }

  isAbove(value: FilterValue): Filter {
    return this.#compared(">", value);
  }

  isAtLeast(value: FilterValue): Filter {
    return this.#compared(">=", value);
  }

  isBelow(value: FilterValue): Filter {
    return this.#compared("<", value);
  }

  isAtMost(value: FilterValue): Filter {
    return this.#compared("<=", value);
  }

  contains(text: string): Filter {
    return this.#compared("~", `%${escaped(text)}%`);
  }

  startsWith(text: string): Filter {
    return this.#compared("~", `${escaped(text)}%`);
  }

  has(value: FilterValue): Filter {
    return this.#compared("=", value, true);
  }

  hasOneOf(values: readonly FilterValue[]): Filter {
    return values.length === 0 ? NONE : this.#compared("=", values, true);
  }

  hasOnly(value: FilterValue): Filter {
    return this.#compared("=", value);
  }

  get length(): AnyWhere {
    return new AnyWhere(this.#begun, false, "length");
  }

  at(...path: readonly (string | number)[]): AnyWhere {
    const steps = [...this.#begun.path, ...path.map(String)];
    return new AnyWhere({ ...this.#begun, path: steps }, false);
  }

  in<C extends Collection>(target: C): Where<C> {
    return fieldsFrom(target, this.#begun);
  }

  some<C extends Collection>(target: C): Where<C> {
    return fieldsFrom(target, { ...this.#begun, isAny: true });
  }

  #compared(
    operator: FilterOperator,
    value: FilterValue | readonly FilterValue[],
    isAny: boolean = this.#begun.isAny === true,
  ): Filter {
    const left: FilterOperand = {
      kind: "field",
      path: this.#begun.path,
      ...(this.#modifier === undefined ? {} : { modifier: this.#modifier }),
    };
    return {
      kind: "compare",
      left,
      operator,
      ...(isAny ? { isAny } : {}),
      right: operandOf(value),
    };
  }
}

/** A text in a pattern, in which it stands for itself. */
function escaped(text: string): string {
  return text.replaceAll(/[\\%_]/g, "\\$&");
}

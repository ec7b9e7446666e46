/**
 * What a field of a collection is: its kind, what it takes, and its type for
 * the compiler. The functions that make them are in `fields.ts`.
 *
 * @module
 */
import type { StandardSchema } from "../../codec/internal.ts";

/** Whether a value has to be given, may be, or cannot. */
export type Presence = "required" | "optional" | "read_only";

/** Whether a value has to be given, by whether it is required. */
export type PresenceIf<R extends boolean> = R extends true ? "required"
  : "optional";

/** A value, or null too where it is not required. */
export type OrNull<Value, R extends boolean> = R extends true ? Value
  : Value | null;

/** One value, or an array where there may be more than one. */
export type OneOrMany<Value, R extends boolean, Max extends number> =
  Max extends 1 ? OrNull<Value, R> : readonly Value[];

/** What a relation does when the record that it points to is deleted. */
export type OnDelete = "cascade" | "restrict" | "set_null";

/** How a generated value is kept. */
export type GeneratedType = "text" | "integer" | "number";

/** The values of a generated field, by how they are kept. */
export type GeneratedValue<Type extends GeneratedType> = Type extends "text"
  ? string | null
  : number | null;

/** What all fields have. */
export interface FieldBase<Value, Input, P extends Presence> {
  /** Whether a value has to be given, may be, or cannot. */
  readonly presence: P;
  /** The types of its values, read and written; for the compiler alone. */
  readonly "~types"?: { readonly value: Value; readonly input: Input };
}

/** Text of any kind. */
export interface TextField<Value = unknown, P extends Presence = Presence>
  extends FieldBase<Value, Value, P> {
  /** The kind of field. */
  readonly kind: "text";
  /** The fewest characters (Unicode code points). */
  readonly min: number;
  /** The most characters (Unicode code points). */
  readonly max: number;
  /** What the text has to match. */
  readonly pattern: RegExp | undefined;
}

/** A number: finite, or a whole one of at most 2^53 - 1. */
export interface NumberField<Value = unknown, P extends Presence = Presence>
  extends FieldBase<Value, Value, P> {
  /** The kind of field. */
  readonly kind: "number" | "integer";
  /** The least number that is allowed. */
  readonly min: number;
  /** The greatest number that is allowed. */
  readonly max: number;
}

/** True or false; false where nothing is given. */
export interface BoolField extends FieldBase<boolean, boolean, "optional"> {
  /** The kind of field. */
  readonly kind: "bool";
}

/** An e-mail or a web address. */
export interface AddressField<Value = unknown, P extends Presence = Presence>
  extends FieldBase<Value, Value, P> {
  /** The kind of field. */
  readonly kind: "email" | "url";
}

/** A moment, as text such as `2026-01-02 03:04:05.678Z`. */
export interface DateField<Value = unknown, P extends Presence = Presence>
  extends FieldBase<Value, Value | Date, P> {
  /** The kind of field. */
  readonly kind: "date";
}

/** One or some of a few texts. */
export interface SelectField<Value = unknown, P extends Presence = Presence>
  extends FieldBase<Value, Value, P> {
  /** The kind of field. */
  readonly kind: "select";
  /** What may be selected. */
  readonly values: readonly string[];
  /** How many may be selected; with more than one the value is an array. */
  readonly max: number;
}

/** Whatever JSON can represent. */
export interface JsonField<
  Value = unknown,
  P extends Presence = Presence,
  Input = Value,
> extends FieldBase<Value, Input, P> {
  /** The kind of field. */
  readonly kind: "json";
  /** What checks the value. */
  readonly schema: StandardSchema | undefined;
  /** The most bytes of the value as JSON. */
  readonly maxBytes: number;
}

/** The id of a record of another collection, or ids of several. */
export interface RelationField<Value = unknown, P extends Presence = Presence>
  extends FieldBase<Value, Value, P> {
  /** The kind of field. */
  readonly kind: "relation";
  /** The name of the collection to which it points. */
  readonly target: string;
  /** How many records it may point to; with more than one it is an array. */
  readonly max: number;
  /** What happens when one of those is deleted. */
  readonly onDelete: OnDelete;
}

/** The name of a file that belongs to the record, or names of several. */
export interface FileField<
  Value = unknown,
  P extends Presence = Presence,
  Input = Value,
> extends FieldBase<Value, Input, P> {
  /** The kind of field. */
  readonly kind: "file";
  /** The most bytes of a file. */
  readonly maxBytes: number;
  /** The media types that a file may have; all if it is empty. */
  readonly types: readonly string[];
  /** How many files it may have; with more than one it is an array. */
  readonly max: number;
  /** Whether it is read by those alone who may view the record. */
  readonly isProtected: boolean;
  /** The sizes in which an image is served, such as `100x100`. */
  readonly thumbs: readonly string[];
}

/** A value that the database makes from others of the record. */
export interface GeneratedField<Value = unknown>
  extends FieldBase<Value, never, "read_only"> {
  /** The kind of field. */
  readonly kind: "generated";
  /** The expression in the SQL of SQLite. */
  readonly expression: string;
  /** How its value is kept. */
  readonly type: GeneratedType;
}

/** A value that code makes from others of the record when it is read. */
export interface ComputedField<Value = unknown>
  extends FieldBase<Value, never, "read_only"> {
  /** The kind of field. */
  readonly kind: "computed";
  /** The fields from which it is made. */
  readonly dependencies: readonly string[];
  /** Makes the value from a record that has those fields. */
  readonly compute: (record: Readonly<Record<string, unknown>>) => Value;
}

/** A field of any kind. */
export type Field =
  | TextField
  | NumberField
  | BoolField
  | AddressField
  | DateField
  | SelectField
  | JsonField
  | RelationField
  | FileField
  | GeneratedField
  | ComputedField;

/** The kind of a field. */
export type FieldKind = Field["kind"];

/** The values of a field as they are read. */
export type FieldValue<F> = F extends FieldBase<infer Value, infer _, Presence>
  ? Value
  : never;

/** The values of a field as they are written. */
export type FieldInput<F> = F extends FieldBase<infer _, infer Input, Presence>
  ? Input
  : never;

/** The fields of a collection by their names. */
export type Fields = Readonly<Record<string, Field>>;

/** Whether the values of a field are arrays. */
export function isMany(field: Field): boolean {
  return "values" in field || field.kind === "relation" || field.kind === "file"
    ? field.max > 1
    : false;
}

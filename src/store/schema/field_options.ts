/**
 * The options of the fields of a collection.
 *
 * @module
 */
import type { OptionNames } from "../../checks/internal.ts";
import type { OnDelete } from "./field.ts";
import type { StandardSchema } from "../../codec/internal.ts";

/** An option that most fields have. */
export interface RequiredOption<R extends boolean> {
  /**
   * Whether a value has to be given: not null, and no empty text or array.
   * @default {false}
   */
  readonly required?: R;
}

/** Options of {@linkcode text}. */
export interface TextOptions<R extends boolean = boolean>
  extends RequiredOption<R> {
  /**
   * The fewest characters (Unicode code points), 0 or more.
   * @default {0, or 1 if it is required}
   */
  readonly min?: number;
  /**
   * The most characters (Unicode code points), 1 or more.
   * @default {5000}
   */
  readonly max?: number;
  /** What the text has to match. */
  readonly pattern?: RegExp;
}

/** Options of {@linkcode number} and {@linkcode integer}. */
export interface NumberOptions<R extends boolean = boolean>
  extends RequiredOption<R> {
  /**
   * The least number that is allowed.
   * @default {-Infinity}
   */
  readonly min?: number;
  /**
   * The greatest number that is allowed.
   * @default {Infinity}
   */
  readonly max?: number;
}

/** Options of {@linkcode select}. */
export interface SelectOptions<
  R extends boolean = boolean,
  Max extends number = number,
> extends RequiredOption<R> {
  /**
   * How many may be selected, 1 or more. With more than one the value is an
   * array.
   * @default {1}
   */
  readonly max?: Max;
}

/** Options of {@linkcode json}. */
export interface JsonOptions<
  R extends boolean = boolean,
  S extends StandardSchema = StandardSchema,
> extends RequiredOption<R> {
  /** What checks the value: a schema of a library with Standard Schema. */
  readonly schema?: S;
  /**
   * The most bytes of the value as JSON, 1 or more.
   * @default {1048576}
   */
  readonly maxBytes?: number;
}

/** Options of {@linkcode relation}. */
export interface RelationOptions<
  R extends boolean = boolean,
  Max extends number = number,
> extends RequiredOption<R> {
  /**
   * How many records it may point to, 1 or more. With more than one the value
   * is an array.
   * @default {1}
   */
  readonly max?: Max;
  /**
   * What happens when a record to which it points is deleted: the record with
   * the relation is deleted too (`cascade`), the delete is refused
   * (`restrict`), or the id is taken out (`set_null`), which is refused where
   * the relation is required and would be empty.
   * @default {"restrict"}
   */
  readonly onDelete?: OnDelete;
}

/** Options of {@linkcode file}. */
export interface FileOptions<
  R extends boolean = boolean,
  Max extends number = number,
> extends RequiredOption<R> {
  /**
   * The most bytes of a file, 1 or more.
   * @default {5242880}
   */
  readonly maxBytes?: number;
  /**
   * The media types that a file may have, such as `image/png` or `image/*`. What
   * a file is, is found by its content, and not by its name.
   * @default {[], which is all}
   */
  readonly types?: readonly string[];
  /**
   * How many files it may have, 1 or more. With more than one the value is an
   * array.
   * @default {1}
   */
  readonly max?: Max;
  /**
   * Whether a file is read by those alone who may view the record, with a token
   * of short life in the address. Otherwise whoever knows its address reads it.
   * @default {false}
   */
  readonly isProtected?: boolean;
  /**
   * The sizes in which images are served too, in pixels: `100x50` is cut to that
   * size around its centre, `100x50t` from the top, `100x50b` from the bottom;
   * `100x50f` fits into it; `0x50` has that height and `100x0` that width. Each
   * number is 0 to 4096.
   * @default {[]}
   */
  readonly thumbs?: readonly string[];
}

/** The names of the options. */
export const TEXT_NAMES: OptionNames<TextOptions> = {
  required: true,
  min: true,
  max: true,
  pattern: true,
};
/** The names of the options. */
export const NUMBER_NAMES: OptionNames<NumberOptions> = {
  required: true,
  min: true,
  max: true,
};
/** The names of the options. */
export const REQUIRED_NAMES: OptionNames<RequiredOption<boolean>> = {
  required: true,
};
/** The names of the options. */
export const SELECT_NAMES: OptionNames<SelectOptions> = {
  required: true,
  max: true,
};
/** The names of the options. */
export const JSON_NAMES: OptionNames<JsonOptions> = {
  required: true,
  schema: true,
  maxBytes: true,
};
/** The names of the options. */
export const RELATION_NAMES: OptionNames<RelationOptions> = {
  required: true,
  max: true,
  onDelete: true,
};
/** The names of the options. */
export const FILE_NAMES: OptionNames<FileOptions> = {
  required: true,
  maxBytes: true,
  types: true,
  max: true,
  isProtected: true,
  thumbs: true,
};

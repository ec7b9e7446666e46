/**
 * The values that JSON can represent.
 *
 * @module
 */

/** A value that JSON can represent. Numbers must be finite. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** An object that JSON can represent. */
export type JsonObject = { readonly [key: string]: JsonValue };

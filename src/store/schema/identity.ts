/**
 * Who asks for something, as rules see it.
 *
 * @module
 */

/**
 * Who asks: a record of an auth collection, the holder of an API key, a
 * superuser, who may do everything, or `null` for nobody in particular.
 */
export type Identity =
  | {
    readonly kind: "record";
    /** The name of the auth collection. */
    readonly collection: string;
    readonly id: string;
    /** The record, without what is hidden. */
    readonly record: Readonly<Record<string, unknown>>;
  }
  | { readonly kind: "key"; readonly name: string }
  | { readonly kind: "superuser" }
  | null;

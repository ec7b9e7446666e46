/**
 * Who asks for something, as rules see it.
 *
 * @module
 */
import { kindOf } from "../../checks/internal.ts";

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

/**
 * Checks that something says who asks. A text such as `"program"` must not: it
 * may have come from whoever asks.
 *
 * @throws {TypeError} if it does not.
 */
export function checkIdentity(who: Identity): void {
  if (who === null) return;
  const { kind } = Object(who) as { kind?: unknown };
  if (typeof who === "object") {
    if (kind === "superuser") return;
    if (kind === "key" && "name" in who) return;
    if (kind === "record" && "id" in who && "record" in who) return;
  }
  throw new TypeError(
    `Cannot use an identity: it is ${
      kindOf(who)
    }, it must be one that auth.identityOf() returns, or null for nobody`,
  );
}

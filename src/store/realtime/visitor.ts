/**
 * Who asks, and which sessions have ended.
 *
 * @module
 */
import type { Identity } from "../schema/identity.ts";

/** Who asks, and by which session. */
export interface Visitor {
  /** Who asks; `null` for nobody in particular. */
  readonly identity: Identity;
  /** The session of the token; `undefined` without one. */
  readonly session: string | undefined;
}

/** Nobody in particular. */
export const NOBODY: Visitor = { identity: null, session: undefined };

/** The sessions that have ended. */
export type EndedSessions =
  /** One session. */
  | { readonly session: string }
  /** All of an account. */
  | { readonly collection: string; readonly id: string };

/** Returns a text that is the same for the same identity, and for no other. */
export function identityKey(identity: Identity): string {
  if (identity === null) return "nobody";
  switch (identity.kind) {
    case "record":
      return `record/${identity.collection}/${identity.id}`;
    case "key":
      return `key/${identity.name}`;
    default:
      return identity.kind;
  }
}

/** Returns whether a visitor has come by a session that has ended. */
export function hasEnded(
  { identity, session }: Visitor,
  ended: EndedSessions,
): boolean {
  if ("session" in ended) return session === ended.session;
  return identity?.kind === "record" && identity.id === ended.id &&
    identity.collection === ended.collection;
}

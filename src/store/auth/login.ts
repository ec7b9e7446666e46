/**
 * Who a token or a key stands for, as long as it does.
 *
 * @module
 */
import type { Identity } from "../schema/identity.ts";

/** Who a request comes from, by its token or key. */
export interface Login {
  /** Who that is, for rules. */
  readonly identity: NonNullable<Identity>;
  /** Whether it is a session, which ends, or an API key, which is revoked. */
  readonly kind: "session" | "key";
  /** Id of the session, or name of the key. */
  readonly id: string;
  /** The account of the session: its collection and record, if it has one. */
  readonly account:
    | { readonly collection: string; readonly id: string }
    | undefined;
  /** When it ends if it is not used again, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** When it ends at the latest, in milliseconds since 1970. */
  readonly endsAt: number;
}

/** A session as its account sees it. */
export interface SessionInfo {
  /** Id of the session, by which it is revoked; it is no secret. */
  readonly id: string;
  /** What it was called when it was started, such as the name of a browser. */
  readonly label: string;
  /** When it was started, in milliseconds since 1970. */
  readonly createdAt: number;
  /** When it was last used, in milliseconds since 1970, to some minutes. */
  readonly usedAt: number;
  /** When it ends if it is not used again, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** An API key, without the key. */
export interface KeyInfo {
  /** Its name, by which rules and `revokeKey` know it. */
  readonly name: string;
  /** Whom it stands for. */
  readonly as: KeyOwner;
  /** When it was made, in milliseconds since 1970. */
  readonly createdAt: number;
  /** When it was last used, in milliseconds since 1970, to some minutes. */
  readonly usedAt: number | undefined;
  /** When it ends, in milliseconds since 1970; never without it. */
  readonly expiresAt: number | undefined;
}

/**
 * Whom an API key stands for: itself, so that rules know it by its name, a
 * superuser, or an account, with which it ends.
 */
export type KeyOwner =
  | "key"
  | "superuser"
  | { readonly collection: string; readonly id: string };

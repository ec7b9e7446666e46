/**
 * Who asks, and whether he still may.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Login } from "../auth/login.ts";
import type { EndedSessions } from "../auth/sessions.ts";
import type { WantedTopic } from "./change_hub.ts";
import type { Identity } from "../schema/identity.ts";

/** Who asks, and by which session or key. */
export interface Visitor {
  /** Who asks; `null` for nobody in particular. */
  readonly identity: Identity;
  /** The session or key; `undefined` without one. */
  readonly login: Login | undefined;
}

/**
 * Resolves to what a visitor follows with names of topics.
 *
 * @throws {Error} as a rejection, if one cannot be followed, with a text for the
 * client.
 */
export type TopicsOf = (
  names: readonly string[],
  visitor: Visitor,
) => Promise<readonly WantedTopic[]>;

/** An account whose record has changed. */
export interface ChangedAccount {
  readonly collection: string;
  readonly id: string;
  /** The record by now. */
  readonly record: Readonly<Record<string, unknown>>;
}

/** Nobody in particular. */
export const NOBODY: Visitor = { identity: null, login: undefined };

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

/** Characters of an identity beyond which its hash stands for it. */
const MAX_STATE = 200;

const states = new WeakMap<object, string>();

/**
 * Returns a text that is the same for the same identity with the same record,
 * and for no other: a rule may depend on any value of the record.
 */
export function identityState(identity: Identity): string {
  if (identity === null) return identityKey(identity);
  let state = states.get(identity);
  if (state === undefined) {
    const text = JSON.stringify(
      identity,
      (_, value) => typeof value === "bigint" ? `${value}n` : value,
    );
    // It is a part of the key of each view.
    state = text.length <= MAX_STATE
      ? text
      : createHash("sha256").update(text).digest("hex");
    states.set(identity, state);
  }
  return state;
}

/** Returns whether a visitor has come by a session or key that has ended. */
export function hasEnded(
  { login }: Visitor,
  ended: EndedSessions,
): boolean {
  if (login === undefined) return false;
  if ("key" in ended) return login.kind === "key" && login.id === ended.key;
  const { account } = login;
  if (account?.id !== ended.id || account.collection !== ended.collection) {
    return false;
  }
  return !("session" in ended) ||
    (login.kind === "session" && login.id === ended.session);
}

/** Returns whether the time of the session or key of a visitor is over. */
export function isOver(visitor: Visitor | undefined, now: number): boolean {
  return visitor?.login !== undefined && now >= visitor.login.expiresAt;
}

/** Returns a visitor with its record by now; `undefined` if it is another's. */
export function withRecord(
  visitor: Visitor | undefined,
  { collection, id, record }: ChangedAccount,
): Visitor | undefined {
  const identity = visitor?.identity;
  if (visitor === undefined || identity?.kind !== "record") return undefined;
  if (identity.id !== id || identity.collection !== collection) {
    return undefined;
  }
  return { ...visitor, identity: { ...identity, record } };
}

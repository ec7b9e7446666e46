/**
 * What tickets and logins allow, as decisions without a state: which grant
 * covers a session, what a browser has after another ticket, and what is left
 * of a grant when access is revoked.
 *
 * @module
 */
import {
  checkOneOf,
  checkOptionNames,
  checkString,
  type OptionNames,
  shown,
} from "../../checks/internal.ts";
import type { PtyRole } from "../../pty/mod.ts";

/** The session of a grant for all sessions, and for new ones. */
export const ALL_SESSIONS = "all";

/** What a ticket allows its holder to do. */
export interface Grant {
  /** Whether sessions may be controlled (`control`) or only watched (`view`). */
  readonly role: PtyRole;
  /** Id of the only session it is for; `"all"` for all, and new ones. */
  readonly session: string;
  /**
   * Name by which the application knows the user who gets the ticket: the
   * option `authorize` is called with it, and `revoke` takes it.
   * @default {no name}
   */
  readonly user?: string | undefined;
  /**
   * Whether the ticket replaces what the earlier tickets of the same browser
   * allow. If `false`, it adds to them; those of another `user` are replaced
   * in any case.
   * @default {true}
   */
  readonly replaces?: boolean | undefined;
}

/** What a login allows, or a ticket that was not used yet. */
export interface HeldGrant {
  /** Whether sessions may be controlled (`control`) or only watched (`view`). */
  readonly role: PtyRole;
  /** Id of the only session it is for; `"all"` for all, and new ones. */
  readonly session: string;
  /** Name of the user, if the ticket had one. */
  readonly user: string | undefined;
  /** Id of the login that has used the ticket; `undefined` before that. */
  readonly login: string | undefined;
}

/** The access to revoke; everything that is given must match. */
export interface RevokeTarget {
  /** Id of a login, as `authorize` gets it. */
  readonly login?: string;
  /** Name of a user, as tickets have it. */
  readonly user?: string;
  /** Id of a session; `"all"` for every one. */
  readonly session?: string;
}

/** A grant with its origin; it never changes. */
export interface GrantRecord extends HeldGrant {
  /** Ids of sessions that were revoked from a grant for all. */
  readonly except: readonly string[];
  /** Whether it replaces earlier grants of the same browser. */
  readonly replaces: boolean;
  /** For an invitation, the grant of who made it. */
  readonly parent: GrantRecord | undefined;
}

/** Returns what is left of a grant; `undefined` if nothing is. */
export type Revocation = (record: GrantRecord) => GrantRecord | undefined;

/** Most grants of a login for all sessions, and most for single ones. */
const MAX_GRANTS = 64;

const ROLES: readonly PtyRole[] = ["control", "view"];
const GRANT_NAMES: OptionNames<Grant> = {
  role: true,
  session: true,
  user: true,
  replaces: true,
};
const TARGET_NAMES: OptionNames<RevokeTarget> = {
  login: true,
  user: true,
  session: true,
};

/**
 * Checks a grant of the application.
 *
 * @throws {TypeError} if a part of it is missing or invalid.
 */
export function newGrant(grant: Grant): GrantRecord {
  checkOptionNames("ticket()", grant, GRANT_NAMES);
  const { role, session, user, replaces = true } = grant;
  checkOneOf("role", role, ROLES);
  if (typeof session !== "string" || session === "") {
    throw new TypeError(
      `Cannot use session: it is ${
        shown(session)
      }, it must be the id of a session, or "all" for all sessions`,
    );
  }
  checkName("user", user);
  if (typeof replaces !== "boolean") {
    throw new TypeError(
      `Cannot use replaces: it is ${shown(replaces)}, it must be a boolean`,
    );
  }
  return {
    role,
    session,
    user,
    replaces,
    login: undefined,
    except: [],
    parent: undefined,
  };
}

/** Returns whether a grant is for a session, or for all if that is asked. */
export function covers(record: GrantRecord, session: string): boolean {
  return record.session === ALL_SESSIONS
    ? !record.except.includes(session)
    : record.session === session;
}

/** Returns the grant that allows most in a session; `control` covers `view`. */
export function bestGrant(
  records: readonly GrantRecord[],
  session: string,
): GrantRecord | undefined {
  const covering = records.filter((record) => covers(record, session));
  return covering.find(({ role }) => role === "control") ?? covering[0];
}

/**
 * Returns what a browser is allowed after it has used another ticket. What is
 * for another user is not kept, and control of all is dropped last.
 */
export function withGrant(
  records: readonly GrantRecord[],
  added: GrantRecord,
): readonly GrantRecord[] {
  const isOther = records.some(({ user }) => user !== added.user);
  if (added.replaces || isOther) return [added];
  if (records.some((known) => includes(known, added))) return records;
  const all = [...records, added]
    .filter((known) => known === added || !includes(added, known));
  const forAll = all.filter(({ session }) => session === ALL_SESSIONS);
  return [
    ...[
      ...forAll.filter(({ role }) => role === "view"),
      ...forAll.filter(({ role }) => role === "control"),
    ].slice(-MAX_GRANTS),
    ...all.filter(({ session }) => session !== ALL_SESSIONS)
      .slice(-MAX_GRANTS),
  ];
}

/** Returns whether one grant allows, and lasts as long as, another one. */
function includes(one: GrantRecord, other: GrantRecord): boolean {
  if (one.parent !== other.parent) return false;
  if (one.role === "view" && other.role === "control") return false;
  return covers(one, other.session) &&
    one.except.every((session) => !covers(other, session));
}

/** The name of the nearest user to whom an invitation leads back, if any. */
export function inviterOf({ parent }: GrantRecord): string | undefined {
  for (let at = parent; at !== undefined; at = at.parent) {
    if (at.user !== undefined) return at.user;
  }
  return undefined;
}

/** Most invitations that may be made one from another. */
export const MAX_INVITATIONS = 16;

/** Returns how many invitations lie between a grant and a ticket. */
export function invitationsOf({ parent }: GrantRecord): number {
  let count = 0;
  for (let at = parent; at !== undefined; at = at.parent) count++;
  return count;
}

/**
 * Returns what revoking a target leaves of each grant. An invitation ends with
 * the access that it was made from. A grant for all sessions that loses one of
 * them keeps the others.
 *
 * @throws {TypeError} if the target is invalid, or empty.
 */
export function revocationOf(
  target: RevokeTarget | ((grant: HeldGrant) => boolean),
): Revocation {
  if (typeof target === "function") {
    return (record) =>
      inherits(record, (grant) => checked(target(grant))) ? undefined : record;
  }
  checkOptionNames("revoke()", target, TARGET_NAMES);
  const { login, user, session } = target;
  checkName("login", login);
  checkName("user", user);
  checkName("session", session);
  if (login === undefined && user === undefined && session === undefined) {
    throw new TypeError(
      "Cannot revoke: the target names no login, user or session, it must name at least one",
    );
  }
  const isOfHolder = (grant: HeldGrant): boolean =>
    (login === undefined || grant.login === login) &&
    (user === undefined || grant.user === user);
  return (record) => {
    if (!inherits(record, isOfHolder)) return record;
    if (session === undefined || session === ALL_SESSIONS) return undefined;
    if (!covers(record, session)) return record;
    if (record.session === session) return undefined;
    return { ...record, except: [...record.except, session] };
  };
}

/**
 * Returns the revocation of the invitations to a session that a login has made,
 * and of theirs; `"all"` for those to all sessions.
 */
export function invitationsBy(login: string, session: string): Revocation {
  return (record) => {
    const isInvited = record.parent !== undefined &&
      inherits(record.parent, (grant) => grant.login === login);
    return isInvited && record.session === session ? undefined : record;
  };
}

/** Returns whether a grant matches, or one that it leads back to. */
function inherits(
  record: GrantRecord,
  matches: (grant: HeldGrant) => boolean,
): boolean {
  for (
    let at: GrantRecord | undefined = record;
    at !== undefined;
    at = at.parent
  ) {
    const { role, session, user, login } = at;
    if (matches({ role, session, user, login })) return true;
  }
  return false;
}

/** A promise, say, would be true for every grant. */
function checked(matches: unknown): boolean {
  if (typeof matches === "boolean") return matches;
  throw new TypeError(
    `Cannot revoke: the function returned ${
      shown(matches)
    }, it must return a boolean`,
  );
}

/** A name that was meant to be given but is missing must not match all. */
function checkName(name: string, value: unknown): void {
  if (value === undefined) return;
  checkString(name, value);
  if (value === "") {
    throw new TypeError(
      `Cannot use ${name}: it is "", it must have at least one character`,
    );
  }
}

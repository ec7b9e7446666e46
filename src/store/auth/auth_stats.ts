/**
 * What authentication does, in numbers.
 *
 * @module
 */
import type { AuthParts } from "./auth_parts.ts";

/** What authentication does at the moment, for metrics; nothing in it is secret. */
export interface AuthStats {
  /** Logins with the right password so far. */
  readonly logins: number;
  /** Logins with a wrong account or password so far. */
  readonly wrongLogins: number;
  /** Tries that a limit has refused so far. */
  readonly refusedTries: number;
  /** Passwords that are hashed at the moment. */
  readonly hashesRunning: number;
  /** Passwords that wait for their hash. */
  readonly hashesWaiting: number;
  /** Passwords that were refused so far because too many waited. */
  readonly hashesRefused: number;
  /** Passwords that are hashed at once, at most. */
  readonly hashesAtOnce: number;
  /** Milliseconds that hashes have taken so far, of all together. */
  readonly hashesBusyMs: number;
  /** Sessions and keys in memory. */
  readonly cachedSessions: number;
  /** Mails that wait or are under way. */
  readonly mails: number;
  /** Mails that could not be sent so far. */
  readonly failedMails: number;
}

/** Returns what the parts do at the moment. */
export function statsOf(
  { passwords, logins: checked, limits, sessions, mails }: AuthParts,
  logins: number,
): AuthStats {
  const { running, waiting, refused, atOnce, busyMs } = passwords.queue;
  return {
    logins,
    wrongLogins: checked.wrong,
    refusedTries: limits.refused,
    hashesRunning: running,
    hashesWaiting: waiting,
    hashesRefused: refused,
    hashesAtOnce: atOnce,
    hashesBusyMs: busyMs,
    cachedSessions: sessions.cached,
    mails: mails.queue.size,
    failedMails: mails.queue.failed,
  };
}

/**
 * What the HTTP interface needs of authentication.
 *
 * @module
 */
import type { EndedSessions, Visitor } from "../realtime/visitor.ts";
import type { ServedRecord } from "./served_store.ts";

/** What a sign-in gives. */
export interface SignedIn {
  /** The token of the new session. */
  readonly token: string;
  /** The account, as it sees itself. */
  readonly record: ServedRecord;
}

/** Authentication, by the names of auth collections. */
export interface ServedAuth {
  /** Resolves to whose a token is; to `undefined` if it is of nobody. */
  identify(token: string): Promise<Visitor | undefined>;
  /** Signs in with an address and a password. */
  signIn(
    collection: string,
    identity: string,
    password: string,
    client: string,
  ): Promise<SignedIn>;
  /** Gives a new token for one that is valid. */
  refresh(collection: string, token: string): Promise<SignedIn>;
  requestVerification(
    collection: string,
    email: string,
    client: string,
  ): Promise<void>;
  confirmVerification(
    collection: string,
    token: string,
    client: string,
  ): Promise<void>;
  requestPasswordReset(
    collection: string,
    email: string,
    client: string,
  ): Promise<void>;
  confirmPasswordReset(
    collection: string,
    token: string,
    password: string,
    client: string,
  ): Promise<void>;
  requestEmailChange(
    visitor: Visitor,
    newEmail: string,
    client: string,
  ): Promise<void>;
  confirmEmailChange(
    collection: string,
    token: string,
    password: string,
    client: string,
  ): Promise<void>;
  /** Calls a function when sessions have ended before their time. */
  onEnded(listener: (ended: EndedSessions) => void): Disposable;
}

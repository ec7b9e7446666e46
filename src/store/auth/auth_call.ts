/**
 * What is known of whoever calls a function of authentication.
 *
 * @module
 */

/** Where a call of authentication comes from. */
export interface AuthCall {
  /**
   * The address of the client, for the limits of its network. Without it, as for
   * calls of the program itself, only the limits of the account count.
   */
  readonly address?: string | undefined;
  /**
   * What a session that it starts is called in lists, such as the name of a
   * browser; what is beyond 200 characters is cut off.
   * @default {""}
   */
  readonly label?: string | undefined;
  /** Stops waiting for a hash. */
  readonly signal?: AbortSignal | undefined;
}

/** An account that has logged in. */
export interface AuthResult {
  /** The token of the session, for the header `Authorization` or a cookie. */
  readonly token: string;
  /** The record of the account. */
  readonly record: Readonly<Record<string, unknown>>;
  /** Id of the session. */
  readonly session: string;
  /** When the session ends at the latest, in milliseconds since 1970. */
  readonly endsAt: number;
}

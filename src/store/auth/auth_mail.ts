/**
 * The mails that the store asks the program to send.
 *
 * @module
 */

/** A mail with a token, for the owner of an address. */
export interface AuthMail {
  /**
   * What the token in it is for: `verification` proves that the address is the
   * account's, `password_reset` sets a new password, and `email_change`, which
   * goes to the new address, puts it in the place of the old one.
   */
  readonly kind: "verification" | "password_reset" | "email_change";
  /** The address to which it goes. */
  readonly to: string;
  /** The token, for the link in the mail; whoever has it can use it once. */
  readonly token: string;
  /** When the token ends, in milliseconds since 1970. */
  readonly expiresAt: number;
  /** The collection of the account. */
  readonly collection: string;
  /** The record of the account. */
  readonly record: Readonly<Record<string, unknown>>;
}

/**
 * Sends a mail to an account. What it throws, and how long it takes, shows in no response;
 * when `signal` aborts the store has given the mail up.
 */
export type SendAuthMail = (
  mail: AuthMail,
  signal: AbortSignal,
) => void | Promise<void>;

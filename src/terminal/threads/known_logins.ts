/**
 * What a worker knows of the logins of the main thread: enough to open no socket
 * for anybody else, and nothing by which somebody could log in.
 *
 * @module
 */
import { findSecret, type SecretRecord } from "../access/secrets.ts";

/** The logins that there are, as far as a worker knows. */
export class KnownLogins {
  readonly #logins = new Map<string, SecretRecord>();

  add(login: SecretRecord): void {
    this.#logins.set(login.id, login);
  }

  remove(id: string): void {
    this.#logins.delete(id);
  }

  /** Whether a cookie has the token of a login; which one, is not looked at. */
  know(headers: Headers): boolean {
    return (headers.get("cookie") ?? "").split(";").some((pair) => {
      const token = pair.slice(pair.indexOf("=") + 1).trim();
      return findSecret(this.#logins, token) !== undefined;
    });
  }
}

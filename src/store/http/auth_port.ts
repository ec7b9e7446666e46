/**
 * The authentication of a store, as the HTTP interface uses it.
 *
 * @module
 */
import { InvalidTokenError } from "../auth/auth_errors.ts";
import type { Login } from "../auth/login.ts";
import type { StoreAuth } from "../auth/store_auth.ts";
import type { Visitor } from "../realtime/visitor.ts";
import type { ServedAuth } from "./served_auth.ts";

/** Returns the authentication of a store for its HTTP interface. */
export function authPort(auth: StoreAuth): ServedAuth {
  return {
    async identify(token) {
      const login = await auth.find(token);
      return login && visitorOf(login);
    },
    signIn: (collection, identity, password, address) =>
      auth.authWithPassword(collection, identity, password, { address }),
    refresh: (collection, token) => auth.authRefresh(collection, token),
    async requestVerification(collection, email, address) {
      await auth.requestVerification(collection, email, { address });
    },
    confirmVerification: (collection, token) =>
      auth.confirmVerification(collection, token),
    async requestPasswordReset(collection, email, address) {
      await auth.requestPasswordReset(collection, email, { address });
    },
    confirmPasswordReset: (collection, token, password, address) =>
      auth.confirmPasswordReset(collection, token, password, { address }),
    async requestEmailChange({ identity }, newEmail, address) {
      if (identity?.kind !== "record") {
        throw new InvalidTokenError(
          "Cannot change the address: the token is of no account, log in first",
        );
      }
      const { collection, id } = identity;
      await auth.requestEmailChange(collection, id, newEmail, { address });
    },
    confirmEmailChange: (collection, token, password, address) =>
      auth.confirmEmailChange(collection, token, password, { address }),
    onEnded: (listener) =>
      auth.onEnded((ended) =>
        listener(
          "key" in ended
            ? { session: keySession(ended.key) }
            : "session" in ended
            ? { session: ended.session }
            : { collection: ended.collection, id: ended.id },
        )
      ),
  };
}

function visitorOf({ identity, kind, id }: Login): Visitor {
  return { identity, session: kind === "key" ? keySession(id) : id };
}

/** What is in the place of a session for whoever comes with an API key. */
function keySession(name: string): string {
  return `key/${name}`;
}

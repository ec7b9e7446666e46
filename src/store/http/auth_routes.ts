/**
 * The routes of authentication.
 *
 * @module
 */
import { SUPERUSERS } from "../auth/auth_tables.ts";
import type { StoreAuth } from "../auth/store_auth.ts";
import { StoreError } from "../errors.ts";
import type { AuthCall, AuthResult } from "../auth/auth_call.ts";
import { pickFields } from "../query/fields.ts";
import type { Collection } from "../schema/collection.ts";
import {
  afterBody,
  bodyOf,
  type Call,
  collectionOf,
  type Handle,
  textField,
} from "./call.ts";
import { Problem } from "./problem.ts";
import { shownParameters } from "./query_parameters.ts";
import type { RequestFields } from "./request_fields.ts";
import type { Route } from "./router.ts";
import { withCollection } from "./shown_record.ts";

/** The routes of authentication. */
export const AUTH_ROUTES: readonly Route<Handle>[] = [
  { method: "GET", path: action("auth-methods"), handle: methods },
  post("auth-with-password", signIn),
  post("auth-refresh", refresh),
  post("request-verification", requestVerification),
  post("confirm-verification", confirmVerification),
  post("request-password-reset", requestPasswordReset),
  post("confirm-password-reset", confirmPasswordReset),
  post("request-email-change", requestEmailChange),
  post("confirm-email-change", confirmEmailChange),
];

function post(name: string, handle: Handle): Route<Handle> {
  return { method: "POST", path: action(name), handle };
}

function action(name: string): RegExp {
  return new RegExp(`^collections/([^/]{1,300})/${name}$`);
}

/**
 * Returns the auth collection of the path.
 *
 * @throws {Problem} if there is none of that name.
 */
function accountsOf({ service: { store }, parts }: Call): Collection {
  const collection = collectionOf(store, parts[0]);
  if (collection.kind === "auth") return collection;
  throw new Problem("not_found", "The collection has no accounts");
}

function methods(call: Call): Response {
  accountsOf(call);
  return Response.json(pickFields({
    password: { enabled: true, identityFields: ["email"] },
    oauth2: { enabled: false, providers: [] },
    mfa: { enabled: false, duration: 0 },
    otp: { enabled: false, duration: 0 },
  }, shownParameters(call.query).fields));
}

async function signIn(call: Call): Promise<Response> {
  const collection = accountsOf(call);
  const body = await bodyOf(call);
  return signedIn(
    call,
    collection,
    await call.service.store.auth.authWithPassword(
      collection.name,
      textField(body, "identity"),
      textField(body, "password"),
      authCall(call),
    ),
  );
}

async function refresh(call: Call): Promise<Response> {
  const collection = accountsOf(call);
  const { visitor: { identity }, token } = call;
  const own = identity?.kind === "record"
    ? identity.collection
    : identity?.kind === "superuser"
    ? SUPERUSERS
    : undefined;
  if (own === undefined || token === undefined) {
    throw new Problem("login_needed", "The token is missing or has ended");
  }
  if (own !== collection.name) {
    throw new Problem("forbidden", "The token is of another collection");
  }
  return signedIn(
    call,
    collection,
    await call.service.store.auth.authRefresh(collection.name, token),
  );
}

function signedIn(
  { service: { store }, query }: Call,
  collection: Collection,
  { token, record }: AuthResult,
): Response {
  const shown = withCollection(store.collections, collection, record);
  const { fields } = shownParameters(query);
  return Response.json(pickFields({ token, record: shown }, fields));
}

async function requestVerification(call: Call): Promise<Response> {
  const { name } = accountsOf(call);
  const email = textField(await bodyOf(call), "email");
  await sent(call, (auth, by) => auth.requestVerification(name, email, by));
  return done();
}

async function confirmVerification(call: Call): Promise<Response> {
  const { name } = accountsOf(call);
  const token = textField(await bodyOf(call), "token");
  await call.service.store.auth.confirmVerification(name, token);
  return done();
}

async function requestPasswordReset(call: Call): Promise<Response> {
  const { name } = accountsOf(call);
  const email = textField(await bodyOf(call), "email");
  await sent(call, (auth, by) => auth.requestPasswordReset(name, email, by));
  return done();
}

async function confirmPasswordReset(call: Call): Promise<Response> {
  const { name } = accountsOf(call);
  const body = await bodyOf(call);
  const token = textField(body, "token");
  const password = newPassword(body);
  await call.service.store.auth.confirmPasswordReset(
    name,
    token,
    password,
    authCall(call),
  );
  return done();
}

async function requestEmailChange(call: Call): Promise<Response> {
  const { name } = accountsOf(call);
  const email = textField(await bodyOf(call), "newEmail");
  const { visitor: { identity } } = await afterBody(call);
  if (identity?.kind !== "record" || identity.collection !== name) {
    throw new Problem("login_needed", "A token of the account is needed");
  }
  const { id } = identity;
  await sent(call, (auth, by) => auth.requestEmailChange(name, id, email, by));
  return done();
}

async function confirmEmailChange(call: Call): Promise<Response> {
  const { name } = accountsOf(call);
  const body = await bodyOf(call);
  const token = textField(body, "token");
  const password = textField(body, "password");
  await call.service.store.auth.confirmEmailChange(
    name,
    token,
    password,
    authCall(call),
  );
  return done();
}

function newPassword(body: RequestFields): string {
  const password = textField(body, "password");
  if (textField(body, "passwordConfirm") === password) return password;
  throw new Problem("invalid", "The two passwords are not the same", {
    data: {
      passwordConfirm: {
        code: "validation_values_mismatch",
        message: "It must be the same as the password.",
      },
    },
  });
}

/** Requests a mail; a store without the option `onMail` sends none. */
async function sent(
  call: Call,
  request: (auth: StoreAuth, by: AuthCall) => void | Promise<void>,
): Promise<void> {
  try {
    await request(call.service.store.auth, authCall(call));
  } catch (error) {
    const isPlain = error instanceof StoreError &&
      error.constructor === StoreError;
    if (!isPlain) throw error;
    throw new Problem("not_implemented", "The store sends no mails");
  }
}

function authCall({ client, request }: Call): AuthCall {
  const label = request.headers.get("user-agent") ?? "";
  return { address: client, label };
}

function done(): Response {
  return new Response(null, { status: 204 });
}

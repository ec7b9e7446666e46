/**
 * What is written of an account: its password is kept as a hash, and what
 * proves an address is not written by its owner.
 *
 * @module
 */
import type { AuthCall } from "../auth/auth_call.ts";
import type { StoreAuth } from "../auth/store_auth.ts";
import type { Row } from "../engine/engine.ts";
import { type FieldProblem, Problem } from "./problem.ts";

/** Whose account is written, and by whom. */
export interface AccountWrite {
  /** The name of the collection. */
  readonly collection: string;
  /** The account; `null` if it is created. */
  readonly id: string | null;
  /** Whether who writes may write everything. */
  readonly isFree: boolean;
  /** What is known of who writes. */
  readonly call: AuthCall;
}

type Input = Readonly<Record<string, unknown>>;

/**
 * Returns what is written of an account: its fields, and the columns that its
 * password becomes.
 *
 * @throws {Problem} as a rejection, if the passwords are missing, not the same
 * or wrong, or something is not for its owner to write.
 */
export async function accountInput(
  auth: StoreAuth,
  { collection, id, isFree, call }: AccountWrite,
  input: Input,
): Promise<{ readonly data: Input; readonly hidden: Row }> {
  const { password, passwordConfirm, oldPassword, ...data } = input;
  if (!isFree) checkOwned(data, id !== null);
  if (password === undefined || password === "") {
    if (id !== null) return { data, hidden: {} };
    throw wrong("password", "validation_required", "It must be given.");
  }
  if (typeof password !== "string") {
    throw wrong("password", "validation_invalid_value", "It must be a text.");
  }
  if (passwordConfirm !== password) {
    throw wrong(
      "passwordConfirm",
      "validation_values_mismatch",
      "It must be the same as the password.",
    );
  }
  const isOwn = id === null || isFree ||
    (typeof oldPassword === "string" &&
      await auth.isPassword(collection, id, oldPassword, call));
  if (!isOwn) {
    throw wrong(
      "oldPassword",
      "validation_invalid_old_password",
      "It must be the present password.",
    );
  }
  return { data, hidden: await auth.passwordColumns(password) };
}

/** An address is verified, and changed, by a mail that goes to it. */
function checkOwned(data: Input, exists: boolean): void {
  if (data["verified"] === true) {
    throw wrong(
      "verified",
      "validation_not_allowed",
      "It is set by a token that goes to the address.",
    );
  }
  if (exists && data["email"] !== undefined) {
    throw wrong(
      "email",
      "validation_not_allowed",
      "It is changed by a token that goes to the new address.",
    );
  }
}

function wrong(name: string, code: string, message: string): Problem {
  const problem: FieldProblem = { code, message };
  return new Problem("invalid", `The field ${name} is invalid: ${message}`, {
    data: { [name]: problem },
  });
}

/**
 * Checks of what users pass to sessions, for programs without types.
 *
 * @module
 */
import {
  checkArray,
  checkFunction,
  checkNumber,
  checkObject,
  checkOneOf,
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../checks/internal.ts";
import type { AttachOptions } from "./pty_session.ts";
import type { PtySpec } from "./supervisor_actor.ts";

const SPEC: OptionNames<PtySpec> = {
  id: true,
  command: true,
  args: true,
  cwd: true,
  env: true,
  term: true,
  size: true,
};
const ATTACH: OptionNames<AttachOptions> = {
  role: true,
  offset: true,
  tap: true,
  viewer: true,
  borrows: true,
  snapshots: true,
  id: true,
  name: true,
  signal: true,
};
const ROLES = ["control", "view"] as const;

/**
 * Checks the specification of a session. Whether the command, the directory, the
 * id and the size can be used is checked elsewhere.
 *
 * @throws {TypeError} if a part is not known or of the wrong type.
 */
export function checkSpec(spec: PtySpec): void {
  checkOptionNames("spawnPty()", spec, SPEC);
  const { command, args, env, size, ...texts } = spec;
  checkString("command", command);
  for (const [name, value] of Object.entries(texts)) {
    if (value !== undefined) checkString(name, value);
  }
  if (args !== undefined) {
    checkArray("args", args, "an array of strings");
    for (const arg of args) checkString("args", arg);
  }
  if (env !== undefined) {
    checkObject("env", env, "an object of strings");
    // The value may be a secret, so the error must not show it.
    for (const [name, value] of Object.entries(env)) {
      if (typeof value !== "string") {
        throw new TypeError(
          `Cannot use env.${name}: it is a ${typeof value}, it must be a string`,
        );
      }
    }
  }
  if (size !== undefined) checkSizeObject(size);
}

/**
 * Checks that a size is an object; its numbers are checked elsewhere.
 *
 * @throws {TypeError} if it is anything else.
 */
export function checkSizeObject(size: unknown): void {
  checkObject("size", size, "{ columns, rows }");
}

/**
 * Checks the options of an attachment. The session checks the offset.
 *
 * @throws {TypeError} if one is not known or of the wrong type.
 */
export function checkAttachOptions(options: AttachOptions): void {
  checkOptionNames("attach()", options, ATTACH);
  const { role, offset, viewer, signal } = options;
  for (const name of ["id", "name"] as const) {
    if (options[name] !== undefined) checkString(name, options[name]);
  }
  checkObject("viewer", viewer, "an object with the function tell");
  checkFunction("viewer.tell", viewer.tell);
  if (role !== undefined) checkOneOf("role", role, ROLES);
  if (offset !== undefined && !Number.isNaN(offset)) {
    checkNumber("offset", offset);
  }
  for (const name of ["tap", "borrows", "snapshots"] as const) {
    const value: unknown = options[name];
    if (value === undefined || typeof value === "boolean") continue;
    throw new TypeError(
      `Cannot use ${name}: it is a ${typeof value}, it must be true or false`,
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(
      `Cannot use signal: it is a ${typeof signal}, it must be an AbortSignal`,
    );
  }
}

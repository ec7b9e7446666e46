/**
 * Reads the JSON object in the body of a request, up to a size.
 *
 * @module
 */
import { Problem } from "./problem.ts";

/** The fields of a request, whose values are not checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a JSON object; an empty body is an empty object. The content type must
 * be JSON, which a form of another site cannot send.
 *
 * @throws {Problem} if the body is not a JSON object, is too large, or has a
 * field that is not in `known`, which may be misspelt.
 */
export async function readFields(
  request: Request,
  maxBytes: number,
  known: readonly string[],
): Promise<Fields> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Problem("wrong_media_type", `The content type is "${type}"`);
  }
  const text = await readText(request, maxBytes);
  if (text === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Problem("bad_request", "The body is not JSON");
  }
  if (!isFields(value)) {
    throw new Problem("bad_request", "The body is not a JSON object");
  }
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    throw new Problem(
      "bad_request",
      `The field "${name}" is unknown, use ${
        known.length === 0 ? "none" : known.join(", ")
      }`,
    );
  }
  return value;
}

/** Returns a field that must be a string, if it is given. */
export function textField(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === "string") return value;
  throw new Problem("bad_request", `"${name}" must be a string`);
}

/** Returns a field that must be a boolean, if it is given. */
export function flagField(fields: Fields, name: string): boolean | undefined {
  const value = fields[name];
  if (value === undefined || typeof value === "boolean") return value;
  throw new Problem("bad_request", `"${name}" must be a boolean`);
}

/** Returns a field that must be an array of strings, if it is given. */
export function textsField(
  fields: Fields,
  name: string,
): readonly string[] | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((text) => typeof text === "string")) {
    return value;
  }
  throw new Problem("bad_request", `"${name}" must be an array of strings`);
}

/** Returns a field that must be a number. */
export function numberField(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number") return value;
  throw new Problem("bad_request", `"${name}" must be a number`);
}

/** Returns the size in the fields `columns` and `rows`. */
export function sizeField(
  fields: Fields,
): { readonly columns: number; readonly rows: number } {
  return {
    columns: numberField(fields, "columns"),
    rows: numberField(fields, "rows"),
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  const bytes = await readBytes(request, maxBytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Problem("bad_request", "The body is not UTF-8");
  }
}

/**
 * Reads the body of a request.
 *
 * @throws {Problem} if it is too large, or breaks off.
 */
export async function readBytes(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // The bytes are counted, because a client may send a wrong length.
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        throw new Problem(
          "too_large",
          `The body may have at most ${maxBytes} bytes`,
        );
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("bad_request", "The body is incomplete");
  }
  const body = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}

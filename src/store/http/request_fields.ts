/**
 * The fields of a request, from a body of JSON or of a form.
 *
 * @module
 */
import {
  type Codec,
  CodecError,
  json,
  type JsonObject,
  type JsonValue,
} from "../../codec/mod.ts";
import { type FieldProblems, Problem } from "./problem.ts";

/** The fields of a body, whose values are not checked yet. */
export type Fields = JsonObject;

/** What a body is made of. */
export interface RequestFields {
  /** Its fields. */
  readonly fields: Fields;
  /** Whether the values of `fields` are texts of a form, but for those of `@jsonPayload`. */
  readonly isForm: boolean;
}

/** Reads bodies within bounds. */
export interface FieldsReader {
  /**
   * Reads the fields of a body; an empty one has none.
   *
   * @throws {Problem} as a rejection, if it is neither JSON nor a form, or no
   * object.
   */
  read(
    contentType: string | null,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<RequestFields>;
}

/** The bounds of what is read from JSON. */
export interface FieldsBounds {
  /** Most bytes of a body. */
  readonly maxBytes: number;
  /** How deep arrays and objects may be nested. */
  readonly maxDepth: number;
}

/** The field of a form that holds JSON, as PocketBase's client sends it. */
const JSON_PAYLOAD = "@jsonPayload";

/** Values that one body may have; each takes some memory of its own. */
export const MAX_VALUES = 100_000;

/** Returns a reader of bodies. */
export function fieldsReader(
  { maxBytes, maxDepth }: FieldsBounds,
): FieldsReader {
  const codec = json({ maxBytes, maxDepth, maxValues: MAX_VALUES });
  return {
    async read(contentType, body) {
      const type = contentType ?? "";
      if (/^multipart\/form-data\s*;/i.test(type)) {
        return { fields: await readForm(codec, type, body), isForm: true };
      }
      if (body.length === 0) return { fields: {}, isForm: false };
      if (!/^application\/json\s*(;|$)/i.test(type)) {
        throw new Problem(
          "wrong_media_type",
          `The content type must be application/json or multipart/form-data`,
        );
      }
      return { fields: decode(codec, body), isForm: false };
    },
  };
}

function decode(codec: Codec<JsonValue>, body: Uint8Array): Fields {
  let value: JsonValue;
  try {
    value = codec.decode(body);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new Problem("bad_request", error.message);
  }
  if (isObject(value)) return value;
  throw new Problem("bad_request", "The body must be a JSON object");
}

/** Whether a value is a JSON object. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function readForm(
  codec: Codec<JsonValue>,
  contentType: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<Fields> {
  const form = await formOf(contentType, body);
  const fields = new Map<string, JsonValue>();
  for (const [name, value] of form) {
    if (name === "__proto__") {
      throw new Problem("bad_request", "A field must not be __proto__");
    }
    if (typeof value !== "string") {
      throw new Problem("invalid", "The store has no files", {
        data: noFile(name),
      });
    }
    if (name === JSON_PAYLOAD) {
      const payload = decode(codec, new TextEncoder().encode(value));
      for (const [key, of] of Object.entries(payload)) fields.set(key, of);
      continue;
    }
    const before = fields.get(name);
    fields.set(
      name,
      before === undefined
        ? value
        : Array.isArray(before)
        ? [...before, value]
        : [before, value],
    );
  }
  return Object.fromEntries(fields);
}

function noFile(name: string): FieldProblems {
  return {
    [name]: {
      code: "validation_invalid_file",
      message: "Files cannot be stored in it.",
    },
  };
}

async function formOf(
  contentType: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<FormData> {
  try {
    const headers = { "content-type": contentType };
    return await new Response(body, { headers }).formData();
  } catch {
    throw new Problem("bad_request", "The body is not a form");
  }
}

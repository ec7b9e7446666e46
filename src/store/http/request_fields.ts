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
import type { ByteSource } from "../files/file_source.ts";
import type { UploadedFile } from "../files/linked_files.ts";
import type { HeldBytes } from "./body_budget.ts";
import { type FormFile, readForm } from "./form_reader.ts";
import { boundaryOf } from "./multipart.ts";
import { Problem } from "./problem.ts";

/** The fields of a body, whose values are not checked yet. */
export type Fields = JsonObject;

/** What a body is made of. */
export interface RequestFields {
  /** Its fields. */
  readonly fields: Fields;
  /** Whether the values of `fields` are texts of a form, but for those of `@jsonPayload`. */
  readonly isForm: boolean;
  /** Files of a form, by the names of fields. */
  readonly files: ReadonlyMap<string, readonly UploadedFile[]>;
}

/** Reads bodies within bounds. */
export interface FieldsReader {
  /**
   * Reads the fields of a body of JSON; an empty one has none.
   *
   * @throws {Problem} if it is of another type, or no object.
   */
  readJson(
    contentType: string | null,
    body: Uint8Array<ArrayBuffer>,
  ): RequestFields;
  /**
   * Reads a form as it comes.
   *
   * @param onFile Takes its files; undefined where there are none.
   * @throws {Problem} as a rejection, if it is none.
   */
  readForm(
    contentType: string,
    source: ByteSource,
    held: HeldBytes,
    onFile?: (file: FormFile) => Promise<UploadedFile>,
  ): Promise<RequestFields>;
}

/** The bounds of what is read. */
export interface FieldsBounds {
  /** Most bytes of a body, without files. */
  readonly maxBytes: number;
  /** How deep arrays and objects may be nested. */
  readonly maxDepth: number;
  /** Most parts of a form. */
  readonly maxParts: number;
}

/** Values that one body may have; each takes some memory of its own. */
export const MAX_VALUES = 100_000;
const NO_FILES: RequestFields["files"] = new Map();

/** Whether a body is a form. */
export function isFormType(contentType: string | null): contentType is string {
  return /^multipart\/form-data\s*;/i.test(contentType ?? "");
}

/** Returns a reader of bodies. */
export function fieldsReader(
  { maxBytes, maxDepth, maxParts }: FieldsBounds,
): FieldsReader {
  const codec = json({ maxBytes, maxDepth, maxValues: MAX_VALUES });
  return {
    readJson(contentType, body) {
      if (body.length === 0) {
        return { fields: {}, isForm: false, files: NO_FILES };
      }
      if (!/^application\/json\s*(;|$)/i.test(contentType ?? "")) {
        throw new Problem(
          "wrong_media_type",
          `The content type must be application/json or multipart/form-data`,
        );
      }
      return { fields: decode(codec, body), isForm: false, files: NO_FILES };
    },
    async readForm(contentType, source, held, onFile) {
      const form = await readForm(source, {
        boundary: boundaryOf(contentType),
        maxParts,
        maxBytes,
        held,
        decode: (payload) => decode(codec, payload),
        onFile,
      });
      return { ...form, isForm: true };
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

/**
 * Reads a form whose files go to the storage as they come.
 *
 * @module
 */
import type { JsonValue } from "../../codec/mod.ts";
import type { ByteSource } from "../files/file_source.ts";
import type { UploadedFile } from "../files/linked_files.ts";
import type { HeldBytes } from "./body_budget.ts";
import { MultipartReader } from "./multipart.ts";
import { type FieldProblems, Problem } from "./problem.ts";
import type { Fields } from "./request_fields.ts";

/** The field of a form that holds JSON, as PocketBase's client sends it. */
const JSON_PAYLOAD = "@jsonPayload";

/** A file of a form, with what the form had before it. */
export interface FormFile {
  /** The name of its field. */
  readonly name: string;
  /** The name of the file. */
  readonly fileName: string;
  /** Files that the field has had before it. */
  readonly before: number;
  /** The fields that came before it. */
  readonly fields: ReadonlyMap<string, JsonValue>;
  /** Its bytes. */
  readonly source: ByteSource;
}

/** What a form is read with. */
export interface FormReaderOptions {
  readonly boundary: string;
  readonly maxParts: number;
  /** The most bytes of all that is no file. */
  readonly maxBytes: number;
  /** The memory that it takes. */
  readonly held: HeldBytes;
  /** Reads the JSON that a form has in one of its fields. */
  readonly decode: (json: Uint8Array<ArrayBuffer>) => Fields;
  /** Takes a file; undefined where there are none. */
  readonly onFile: ((file: FormFile) => Promise<UploadedFile>) | undefined;
}

/** A form that was read. */
export interface ReadForm {
  readonly fields: Fields;
  /** Its files, by the names of fields. */
  readonly files: ReadonlyMap<string, readonly UploadedFile[]>;
}

/**
 * Reads a form.
 *
 * @throws {Problem} as a rejection, if it is none, or too large.
 */
export async function readForm(
  source: ByteSource,
  options: FormReaderOptions,
): Promise<ReadForm> {
  const { boundary, maxParts, decode, onFile } = options;
  const reader = new MultipartReader(source, boundary, maxParts);
  const fields = new Map<string, JsonValue>();
  const files = new Map<string, UploadedFile[]>();
  const bounded = boundedRead(reader, options);
  for (let part; (part = await reader.next()) !== undefined;) {
    const { name, fileName } = part;
    if (name === "__proto__") {
      throw new Problem("bad_request", "A field must not be __proto__");
    }
    if (fileName !== undefined) {
      // An empty input of a page has neither a name nor bytes.
      if (fileName === "" && (await bounded()).length === 0) continue;
      if (fileName === "" || onFile === undefined) throw noFile(name);
      const own = files.get(name) ?? [];
      const read = () => reader.read();
      own.push(
        await onFile({
          name,
          fileName,
          before: own.length,
          fields,
          source: { read, cancel: () => {} },
        }),
      );
      files.set(name, own);
      continue;
    }
    const value = await bounded();
    if (name === JSON_PAYLOAD) {
      for (const [key, of] of Object.entries(decode(value))) {
        fields.set(key, of);
      }
    } else addText(fields, name, new TextDecoder().decode(value));
  }
  return { fields: Object.fromEntries(fields), files };
}

function addText(
  fields: Map<string, JsonValue>,
  name: string,
  text: string,
): void {
  const before = fields.get(name);
  if (before === undefined) fields.set(name, text);
  else if (Array.isArray(before)) fields.set(name, [...before, text]);
  else fields.set(name, [before, text]);
}

/** Returns what reads a part that is no file, whole. */
function boundedRead(
  reader: MultipartReader,
  { maxBytes, held }: FormReaderOptions,
): () => Promise<Uint8Array<ArrayBuffer>> {
  let taken = 0;
  return async () => {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let bytes = 0;
    for (let piece; (piece = await reader.read()) !== null;) {
      taken += piece.length;
      if (taken > maxBytes) {
        throw new Problem(
          "too_large",
          `What is no file may have at most ${maxBytes} bytes`,
          { headers: { connection: "close" } },
        );
      }
      held.take(piece.length);
      bytes += piece.length;
      pieces.push(piece);
    }
    const whole = new Uint8Array(bytes);
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  };
}

/** The problem of a field that takes no files. */
export function noFile(name: string): Problem {
  const data: FieldProblems = {
    [name]: {
      code: "validation_invalid_file",
      message: "Files cannot be stored in it.",
    },
  };
  return new Problem("invalid", "The field takes no files", { data });
}

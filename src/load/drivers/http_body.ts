/**
 * Bodies of requests of HTTP: pure decisions without I/O.
 *
 * @module
 */
import { basename } from "node:path";
import { encode } from "./payload.ts";
import { typeOf } from "./request_files.ts";

/** The content of a request; files are in it as they were read, uncopied. */
export interface HttpBody {
  /** The pieces in order, none of which is empty. */
  readonly pieces: readonly Uint8Array<ArrayBuffer>[];
  /** The bytes of all pieces. */
  readonly length: number;
}

/** One field of a form. */
export interface FormPart {
  readonly name: string;
  readonly value?: string;
  readonly file?: string;
  readonly fileName?: string;
  readonly type?: string;
}

/** Makes a body of its pieces. */
export function bodyOf(
  ...pieces: readonly Uint8Array<ArrayBuffer>[]
): HttpBody {
  return {
    pieces: pieces.filter(({ length }) => length > 0),
    length: pieces.reduce((sum, { length }) => sum + length, 0),
  };
}

/** Makes a body of a form, as `multipart/form-data` with this boundary. */
export function formBody(
  parts: readonly FormPart[],
  boundary: string,
  bytesOf: (file: string) => Uint8Array<ArrayBuffer>,
): HttpBody {
  const pieces = parts.flatMap((part) => [
    encode(`--${boundary}\r\n${headOf(part)}\r\n\r\n`),
    part.file === undefined ? encode(part.value ?? "") : bytesOf(part.file),
    encode("\r\n"),
  ]);
  return bodyOf(...pieces, encode(`--${boundary}--\r\n`));
}

function headOf({ name, file, fileName, type }: FormPart): string {
  const disposition = `content-disposition: form-data; name=${quoted(name)}`;
  const media = type ?? (file === undefined ? undefined : typeOf(file));
  return [
    file === undefined
      ? disposition
      : `${disposition}; filename=${quoted(fileName ?? basename(file))}`,
    ...media === undefined ? [] : [`content-type: ${media}`],
  ].join("\r\n");
}

const ESCAPES: { readonly [character: string]: string } = {
  '"': "%22",
  "\r": "%0D",
  "\n": "%0A",
};

/** Quotes a name as browsers do. */
function quoted(name: string): string {
  return `"${name.replace(/["\r\n]/g, (one) => ESCAPES[one] ?? one)}"`;
}

/**
 * What a file is, found by its first bytes: what its sender says is of no
 * account.
 *
 * @module
 */

/** Bytes of a file by which its type is found. */
export const SAMPLE_BYTES = 4100;

/** Types of texts that have no mark of their own, by the ending of the name. */
const TEXTS: Readonly<Record<string, string>> = {
  css: "text/css",
  csv: "text/csv",
  ics: "text/calendar",
  js: "text/javascript",
  json: "application/json",
  md: "text/markdown",
  mjs: "text/javascript",
  vcf: "text/vcard",
};
/**
 * What may stand before the first element. A comment ends at its first `-->`, and
 * nowhere else: with `[^]*?` the ways to divide many of them double with each.
 */
const BEFORE = String
  .raw`^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->)[^])*-->\s*)*`;
const HTML = new RegExp(
  String
    .raw`${BEFORE}<(?:!doctype html|html|head|body|script|iframe|style|title|h1|div|table|a\s|br|p[\s>])`,
  "i",
);
const SVG = new RegExp(
  String.raw`${BEFORE}(?:<!doctype svg[^]*?>\s*)?<svg[\s>/]`,
  "i",
);
const XML = /^\s*<\?xml\s/i;
/** Control characters that texts have: tab, line ends, form feed and escape. */
const IN_TEXTS: readonly number[] = [9, 10, 12, 13, 27];

/** Returns the media type of a file. */
export async function contentTypeOf(
  sample: Uint8Array<ArrayBuffer>,
  name: string,
): Promise<string> {
  // It is loaded when the first file comes.
  const { fileTypeFromBuffer } = await import("file-type");
  const found = await fileTypeFromBuffer(sample).catch(() => undefined);
  // It takes SVG for XML.
  if (found !== undefined && found.mime !== "application/xml") {
    return found.mime;
  }
  const text = textOf(sample);
  if (text === undefined) return "application/octet-stream";
  if (SVG.test(text)) return "image/svg+xml";
  if (HTML.test(text)) return "text/html";
  if (XML.test(text)) return "text/xml";
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(TEXTS, ending) ? `${TEXTS[ending]}` : "text/plain";
}

/** Returns whether a type is one of those that are allowed. */
export function isAllowedType(
  type: string,
  allowed: readonly string[],
): boolean {
  return allowed.length === 0 ||
    allowed.some((one) =>
      one.endsWith("/*")
        ? type.startsWith(one.slice(0, -1))
        : type === one.toLowerCase()
    );
}

function textOf(sample: Uint8Array): string | undefined {
  const isNoText = sample.some((byte) =>
    byte === 127 || byte < 32 && !IN_TEXTS.includes(byte)
  );
  if (isNoText) return undefined;
  try {
    // A sample may end within a character.
    return new TextDecoder("utf-8", { fatal: true })
      .decode(sample, { stream: true });
  } catch {
    return undefined;
  }
}

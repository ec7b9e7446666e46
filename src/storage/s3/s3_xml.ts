/**
 * The XML that S3 and what is compatible with it send and take.
 *
 * Their documents are flat, and have neither attributes that matter nor CDATA:
 * so elements are found by their names, and a parser of all of XML would read
 * nothing more.
 *
 * @module
 */

/** Returns what is inside of each element of that name, as XML. */
export function elementsOf(xml: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}>`, "gs");
  return [...xml.matchAll(pattern)].map(([, inside = ""]) => inside);
}

/** Returns the text of the first element of that name, if there is one. */
export function elementText(xml: string, name: string): string | undefined {
  const [inside] = elementsOf(xml, name);
  return inside === undefined ? undefined : unescapeXml(inside);
}

const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex, decimal, name) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** Returns text as it is written in XML. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** What a service says of a request that it refuses. */
export interface S3Refusal {
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** Reads the document of an error; nothing of what is none. */
export function readRefusal(xml: string): S3Refusal | undefined {
  const [inside] = elementsOf(xml, "Error");
  return inside === undefined ? undefined : {
    code: elementText(inside, "Code"),
    message: elementText(inside, "Message"),
  };
}

/** One object of a list. */
export interface S3Listed {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modifiedAt: number;
}

/** A page of a list. */
export interface S3Page {
  readonly objects: readonly S3Listed[];
  readonly isTruncated: boolean;
}

/** Reads a page of a list, or `undefined` if it is none. */
export function readPage(xml: string): S3Page | undefined {
  const [page] = elementsOf(xml, "ListBucketResult");
  // A list without an object may be written as an empty element.
  if (page === undefined) {
    return /<ListBucketResult[\s/>]/.test(xml)
      ? { objects: [], isTruncated: false }
      : undefined;
  }
  const isUrl = elementText(page, "EncodingType")?.toLowerCase() === "url";
  const objects = elementsOf(page, "Contents").map((one): S3Listed => {
    const key = elementText(one, "Key") ?? "";
    return {
      key: isUrl ? decodeKey(key) : key,
      size: Number(elementText(one, "Size")),
      etag: elementText(one, "ETag") ?? "",
      modifiedAt: Date.parse(elementText(one, "LastModified") ?? ""),
    };
  });
  const isTruncated = elementText(page, "IsTruncated") === "true";
  return { objects, isTruncated };
}

function decodeKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", "%20"));
  } catch {
    return key;
  }
}

/** Writes what makes an object of its parts, given their etags in order. */
export function completionOf(
  etags: readonly string[],
): Uint8Array<ArrayBuffer> {
  const parts = etags.map((etag, index) =>
    `<Part><PartNumber>${index + 1}</PartNumber><ETag>${
      escapeXml(etag)
    }</ETag></Part>`
  );
  return new TextEncoder().encode(
    `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${
      parts.join("")
    }</CompleteMultipartUpload>`,
  );
}

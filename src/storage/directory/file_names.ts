/**
 * The names of files for keys: a segment is a directory, and the last one a
 * file, whose name ends in a plus sign. So the keys `a` and `a/b` can both be.
 *
 * Small letters and digits of ASCII, `-`, `_`, `.` and all beyond ASCII stay as
 * they are, but for a dot in front; the rest is written as in URLs, capital
 * letters too, as there are file systems that ignore case.
 *
 * @module
 */
import { InvalidKeyError } from "../storage_errors.ts";

/** The most bytes of a file's name on what is in use. */
const MAX_NAME_BYTES = 255;
/** What the name of an object's file ends in. */
const FILE = "+";
/** What no name for a key begins with: for what is of the directory itself. */
export const OWN_PREFIX = ".";

const ESCAPED = /^\.|[^a-z0-9\-_.\u0080-\u{10ffff}]/gu;
const utf8 = new TextEncoder();

/** Returns the path of an object's file below the directory. */
export function fileOf(key: string): string {
  const { parents, name } = pathOf(key);
  return [...parents, name].join("/");
}

/**
 * Returns the names of the directories of a key, and that of its file.
 *
 * @throws {InvalidKeyError} if one is longer than a file system takes.
 */
export function pathOf(
  key: string,
): { readonly parents: readonly string[]; readonly name: string } {
  const names = key.split("/").map(nameOf);
  const name = `${names.pop() ?? ""}${FILE}`;
  for (const one of [...names, name]) {
    const bytes = utf8.encode(one).length;
    if (bytes <= MAX_NAME_BYTES) continue;
    throw new InvalidKeyError(
      `Cannot use the key ${key}: one of its segments makes a file name of ${bytes} bytes, at most ${MAX_NAME_BYTES} are possible`,
    );
  }
  return { parents: names, name };
}

/** Returns the name of a segment as that of a directory. */
export function nameOf(segment: string): string {
  return segment.replace(
    ESCAPED,
    (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** What the name of a file or directory stands for. */
export interface NamedSegment {
  readonly segment: string;
  readonly isDirectory: boolean;
}

/** Returns the segment of an entry, or `undefined` if it is none of ours. */
export function segmentOf(
  { name, isDirectory, isFile }: Deno.DirEntry,
): NamedSegment | undefined {
  if (name.startsWith(OWN_PREFIX)) return undefined;
  if (isFile ? !name.endsWith(FILE) : !isDirectory) return undefined;
  const written = isFile ? name.slice(0, -FILE.length) : name;
  const segment = written.replace(
    /%([0-7][0-9a-f])/g,
    (_, hex: string) => String.fromCharCode(parseInt(hex, 16)),
  );
  return nameOf(segment) === written ? { segment, isDirectory } : undefined;
}

/**
 * Files that were uploaded, in what is written of a record.
 *
 * @module
 */
import type { LinkedFile } from "../engine/engine.ts";
import { fileFields } from "./file_fields.ts";
import type { Collection } from "../schema/collection.ts";
import { isNewFile } from "../schema/file_input.ts";

/** What is written, by the names of fields. */
type Data = Readonly<Record<string, unknown>>;

/** A file that was uploaded: whole, and of no record until a write names it. */
export class UploadedFile {
  /** The key of its object. */
  readonly key: string;
  /** The name that a record has for it. */
  readonly name: string;
  /** Number of its bytes. */
  readonly size: number;
  /** Its media type. */
  readonly type: string;
  /** SHA-256 of its bytes, as hexadecimal digits. */
  readonly sha256: string;

  constructor(of: Omit<LinkedFile, "field">) {
    this.key = of.key;
    this.name = of.name;
    this.size = of.size;
    this.type = of.type;
    this.sha256 = of.sha256;
  }

  /** What JSON has of it, and rules see. */
  toJSON(): string {
    return this.name;
  }
}

/** Returns what is written with the names of files, and the files. */
export function linkedFiles(
  collection: Collection,
  data: Data,
): { readonly data: Data; readonly files: readonly LinkedFile[] } {
  const files: LinkedFile[] = [];
  let named: Record<string, unknown> | undefined;
  for (const [field] of fileFields(collection)) {
    const value = data?.[field];
    if (value === undefined) continue;
    const name = (one: unknown): unknown => {
      if (!(one instanceof UploadedFile)) return one;
      const { key, name, size, type, sha256 } = one;
      files.push({ key, field, name, size, type, sha256 });
      return name;
    };
    named ??= { ...data };
    named[field] = Array.isArray(value) ? value.map(name) : name(value);
  }
  return { data: named ?? data, files };
}

/**
 * Returns what rules see of what was given, whatever that is, before its files
 * are uploaded.
 */
export function dataOf(collection: Collection, data: unknown): Data {
  if (typeof data !== "object" || data === null) return {};
  if (fileFields(collection).length === 0) return { ...data };
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, namesIn(value)]),
  );
}

/** Returns a value with the names of new files in their places. */
function namesIn(value: unknown): unknown {
  if (isNewFile(value)) return "name" in value ? value.name : "file";
  return Array.isArray(value) ? value.map(namesIn) : value;
}

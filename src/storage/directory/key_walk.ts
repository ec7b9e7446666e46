/**
 * Walks the files of a directory in the order of their keys, with no more than
 * so many names in memory for each level.
 *
 * @module
 */
import { compareKeys, isKey } from "../object_key.ts";
import { nameOf, segmentOf } from "./file_names.ts";

/** Names that are kept of one directory at a time. */
const KEPT = 20_000;

/** Which keys are walked. */
export interface KeyWalkRequest {
  /** What the keys begin with. */
  readonly prefix: string;
  /** The key that they come after, or `""`. */
  readonly after: string;
  /** Names that are kept of one directory, for tests. */
  readonly kept?: number;
}

/** An entry of a directory: the key of a file, or what those below begin with. */
interface Entry {
  /** The key of a file; for a directory, its path with a slash at the end. */
  readonly key: string;
  readonly isDirectory: boolean;
}

/** Returns the keys below a directory, in order. */
export async function* walkKeys(
  root: string,
  request: KeyWalkRequest,
): AsyncGenerator<string> {
  const { prefix } = request;
  const base = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  if (base !== "" && !isKey(base.slice(0, -1))) return;
  yield* walk(root, base, request);
}

async function* walk(
  root: string,
  base: string,
  request: KeyWalkRequest,
): AsyncGenerator<string> {
  let after = "";
  while (true) {
    const { entries, isAll } = await readEntries(root, base, after, request);
    for (const { key, isDirectory } of entries) {
      if (isDirectory) yield* walk(root, key, request);
      else yield key;
      after = key;
    }
    if (isAll) return;
  }
}

/** Reads the first entries of a directory that come after one. */
async function readEntries(
  root: string,
  base: string,
  after: string,
  { prefix, after: begin, kept = KEPT }: KeyWalkRequest,
): Promise<{ readonly entries: readonly Entry[]; readonly isAll: boolean }> {
  const entries: Entry[] = [];
  let isAll = true;
  const keepFirst = () => {
    entries.sort((a, b) => compareKeys(a.key, b.key));
    if (entries.length <= kept) return;
    entries.length = kept;
    isAll = false;
  };
  const path = [root, ...base.split("/").filter(Boolean).map(nameOf)].join("/");
  try {
    for await (const one of Deno.readDir(path)) {
      const named = segmentOf(one);
      if (named === undefined) continue;
      const { segment, isDirectory } = named;
      const key = `${base}${segment}${isDirectory ? "/" : ""}`;
      if (after !== "" && compareKeys(key, after) <= 0) continue;
      if (!mayHold(key, isDirectory, prefix, begin)) continue;
      entries.push({ key, isDirectory });
      if (entries.length >= 2 * kept) keepFirst();
    }
  } catch (error) {
    // It was never there, or its last object was removed meanwhile.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  keepFirst();
  return { entries, isAll };
}

/** Whether an entry is, or may hold, a key that is asked for. */
function mayHold(
  key: string,
  isDirectory: boolean,
  prefix: string,
  after: string,
): boolean {
  const begins = key.startsWith(prefix) ||
    (isDirectory && prefix.startsWith(key));
  if (!begins || after === "") return begins;
  return compareKeys(key, after) > 0 || (isDirectory && after.startsWith(key));
}

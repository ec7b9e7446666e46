/** The root of the repository, which all paths are relative to. */
export const ROOT: URL = new URL("../../", import.meta.url);

/** Test files that share a process, and run one after another. */
export interface Part {
  /** The folder, or the file where there is only one. */
  readonly path: string;
  readonly files: readonly string[];
}

/** What a file imports whose tests have a slow size. */
const SLOW = '/support/slow.ts"';
/**
 * Folders that take longest, which come first, so that none is left to the end.
 * One below another is a part of its own.
 */
const LONGEST = [
  "tests/terminal/page/",
  "tests/session/",
  "tests/load/",
  "tests/terminal/",
  "tests/examples/",
  "tests/load/presets/",
  "tests/metrics/",
  "tests/session/wire/",
  "tests/tcp/",
  "tests/pty/",
];

/** The test files at a path. */
export async function findTests(path: string): Promise<string[]> {
  const { isFile } = await Deno.stat(new URL(path, ROOT));
  const plain = path.replace(/^(\.\/)+/, "");
  if (isFile) return [plain];
  const folder = plain.replace(/\/*$/, "/");
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const found = `${folder}${entry.name}`;
    if (entry.isDirectory) files.push(...await findTests(found));
    else if (found.endsWith("_test.ts")) files.push(found);
  }
  return files.sort();
}

/** Those of which tests have a slow size, each by itself. */
export async function slowPartsOf(files: readonly string[]): Promise<Part[]> {
  const parts: Part[] = [];
  for (const path of files) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    if (text.includes(SLOW)) parts.push({ path, files: [path] });
  }
  return parts;
}

/** Divides files by the folder below `tests/` that they are in. */
export function partsOf(files: readonly string[]): Part[] {
  const folders = Map.groupBy(files, folderOf);
  const rank = ([folder]: [string, unknown]) =>
    LONGEST.includes(folder) ? LONGEST.indexOf(folder) : LONGEST.length;
  return [...folders]
    .sort((a, b) => rank(a) - rank(b))
    .map(([folder, files]) => {
      const [only = folder, ...others] = files;
      return { path: others.length === 0 ? only : folder, files };
    });
}

/** The folder whose part a file belongs to. */
function folderOf(file: string): string {
  const [own] = LONGEST
    .filter((folder) => file.startsWith(folder))
    .sort((a, b) => b.length - a.length);
  return own ?? file.match(/^(?:[^/]+\/){1,2}/)?.[0] ?? "./";
}

/** A module that `deno test` can run: one that imports all files of a part. */
export async function moduleOf(part: Part, directory: string): Promise<string> {
  const [only = "", ...others] = part.files;
  if (others.length === 0) return only;
  const name = part.path.replaceAll("/", "_").replace(/_$/, "");
  const module = `${directory}/${name}_test.ts`;
  const imports = part.files.map((file) =>
    `import ${JSON.stringify(new URL(file, ROOT).href)};\n`
  );
  await Deno.writeTextFile(module, imports.join(""));
  return module;
}

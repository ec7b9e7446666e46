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

/**
 * Files whose slow tests compare times of the clock, which each have the machine
 * for themselves.
 */
const TIMED = [
  "tests/actor/life_timers_test.ts",
  "tests/load/presets/performance_scenarios_test.ts",
  "tests/load/run/punctual_timer_test.ts",
  "tests/load/run/stall_test.ts",
  "tests/profile/bottleneck_run_test.ts",
];
/** Files whose slow tests take longest, which come first. */
const LONGEST_SLOW = [
  "tests/bus/link_load_test.ts",
  "tests/bus/stream_kill_test.ts",
  "tests/bus/link_killed_test.ts",
  "tests/actor/memory_test.ts",
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

/** Files of which tests have a slow size, each a part by itself. */
export interface SlowParts {
  /** Those that may run beside others, the longest first. */
  readonly together: readonly Part[];
  /** Those that compare times. */
  readonly timed: readonly Part[];
}

/** Those of which tests have a slow size, each by itself. */
export async function slowPartsOf(
  files: readonly string[],
): Promise<SlowParts> {
  const parts: Part[] = [];
  for (const path of files) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    if (text.includes(SLOW)) parts.push({ path, files: [path] });
  }
  const isTimed = ({ path }: Part) => TIMED.includes(path);
  return {
    together: parts.filter((part) => !isTimed(part))
      .sort((a, b) =>
        rankIn(LONGEST_SLOW, a.path) - rankIn(LONGEST_SLOW, b.path)
      ),
    timed: parts.filter(isTimed),
  };
}

function rankIn(paths: readonly string[], path: string): number {
  return paths.includes(path) ? paths.indexOf(path) : paths.length;
}

/** Divides files by the folder below `tests/` that they are in. */
export function partsOf(files: readonly string[]): Part[] {
  const folders = Map.groupBy(files, folderOf);
  return [...folders]
    .sort(([a], [b]) => rankIn(LONGEST, a) - rankIn(LONGEST, b))
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

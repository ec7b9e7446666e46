/**
 * CPU profiles that other processes have written.
 *
 * @module
 */
import { CpuProfile } from "./cpu_profile.ts";
import { parseCpuProfile } from "./cpu_profile_data.ts";
import { ProfileError } from "./profile_errors.ts";

/** A profile of another process. */
export interface CpuProfileFile {
  /** The name of its file. */
  readonly name: string;
  /** What is in it. */
  readonly profile: CpuProfile;
}

/** Bytes of a file that is read; a minute at 1 ms a sample has some 1 MB. */
const MAX_FILE_BYTES = 256 * 2 ** 20;

/**
 * Reads the profiles in a directory, by the names of their files: what
 * `deno run --cpu-prof --cpu-prof-dir=DIRECTORY` wrote when it ended. Needs
 * `--allow-read` of the directory.
 *
 * @example
 * ```ts
 * import { readCpuProfiles } from "@troupe/troupe/profile";
 *
 * const directory = await Deno.makeTempDir();
 * const code = "for (let i = 0; i < 1e7; i++) Math.sqrt(i);";
 * await Deno.writeTextFile(`${directory}/program.ts`, code);
 * await new Deno.Command(Deno.execPath(), {
 *   args: [
 *     "run",
 *     "--cpu-prof",
 *     `--cpu-prof-dir=${directory}`,
 *     `${directory}/program.ts`,
 *   ],
 * }).output();
 * const [file] = await readCpuProfiles(directory);
 * await Deno.remove(directory, { recursive: true });
 * console.assert(file !== undefined);
 * ```
 *
 * @throws {ProfileError} when the directory or a profile in it cannot be read.
 */
export async function readCpuProfiles(
  directory: string | URL,
): Promise<CpuProfileFile[]> {
  const files: CpuProfileFile[] = [];
  for (const name of await profilesIn(directory)) {
    files.push({ name, profile: await readProfile(directory, name) });
  }
  return files;
}

async function profilesIn(directory: string | URL): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(directory)) {
      if (isFile && name.endsWith(".cpuprofile")) names.push(name);
    }
  } catch (cause) {
    throw new ProfileError(
      `Cannot read the profiles of ${directory}: it is no directory that can be read`,
      { cause },
    );
  }
  return names.sort();
}

async function readProfile(
  directory: string | URL,
  name: string,
): Promise<CpuProfile> {
  const path = directory instanceof URL
    ? new URL(
      encodeURIComponent(name),
      `${directory.href.replace(/\/*$/, "")}/`,
    )
    : `${directory}/${name}`;
  try {
    const { size } = await Deno.stat(path);
    if (size > MAX_FILE_BYTES) {
      throw new RangeError(`It has ${size} bytes, ${MAX_FILE_BYTES} at most`);
    }
    return new CpuProfile(parseCpuProfile(await Deno.readTextFile(path)));
  } catch (cause) {
    throw new ProfileError(`Cannot read ${name}: see the cause`, { cause });
  }
}

/**
 * Reads CPU profiles that other processes wrote.
 *
 * @module
 */
import { checkDirectory } from "./argument_checks.ts";
import { reasonOf } from "../checks/internal.ts";
import { CpuProfile } from "./cpu_profile.ts";
import { parseCpuProfile } from "./cpu_profile_data.ts";
import { ProfileError } from "./profile_errors.ts";

/** A profile that another process wrote. */
export interface CpuProfileFile {
  /** Name of the profile's file. */
  readonly name: string;
  /** Profile that was read from it. */
  readonly profile: CpuProfile;
}

/** Maximum bytes of a file; a minute with a sample per ms has some 1 MB. */
const MAX_FILE_BYTES = 256 * 2 ** 20;

/**
 * Reads the profiles in a directory, in the order of their file names: those
 * that `deno run --cpu-prof --cpu-prof-dir=DIRECTORY` wrote when it ended.
 * Needs `--allow-read` for the directory.
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
 * @throws {ProfileError} if the directory or a profile in it cannot be read.
 * @throws {TypeError} as a rejection, if the directory is neither a path nor a
 * URL.
 */
export async function readCpuProfiles(
  directory: string | URL,
): Promise<CpuProfileFile[]> {
  checkDirectory(directory);
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
      `Cannot read the profiles in ${directory}: ${reasonOf(cause)}`,
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
      throw new RangeError(
        `it has ${size} bytes, ${MAX_FILE_BYTES} is the limit`,
      );
    }
    return new CpuProfile(parseCpuProfile(await Deno.readTextFile(path)));
  } catch (cause) {
    throw new ProfileError(`Cannot read ${name}: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

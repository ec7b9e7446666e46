/**
 * Checks out a revision of a git repository into a temporary directory.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { RevisionError } from "./errors.ts";

/** A work tree of one revision, which is removed when it is disposed. */
export interface RevisionTree extends AsyncDisposable {
  /** The full hash of its commit. */
  readonly commit: string;
  /**
   * The directory in the work tree that corresponds to `directory` in the
   * repository.
   */
  readonly directory: string;
  /** What git ignores in the repository, which the work tree does not have. */
  readonly ignored: readonly string[];
}

/**
 * Checks out a revision with its submodules into a temporary directory, as a
 * work tree of the repository. It is on the file system of the repository, so
 * that both sides of a comparison read and write the same disk. Needs git.
 *
 * @param revision A revision in git's syntax, such as `HEAD~1`.
 * @param directory A directory of the repository.
 * @throws {RevisionError} if there is no such revision, or git fails.
 */
export async function checkOutRevision(
  revision: string,
  directory: string = Deno.cwd(),
): Promise<RevisionTree> {
  const commit = await git(directory, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${revision}^{commit}`,
  ], `${revision} is not a revision of a repository in ${directory}`);
  const prefix = await git(directory, ["rev-parse", "--show-prefix"]);
  const top = await git(directory, ["rev-parse", "--show-toplevel"]);
  const ignored = await git(directory, [
    "ls-files",
    "--others",
    "--ignored",
    "--exclude-standard",
    "--directory",
    "-z",
  ]);
  const parent = await makeDirectoryBeside(top);
  const tree = join(parent, commit.slice(0, 12));
  const remove = async () => {
    try {
      await git(directory, ["worktree", "remove", "--force", "--force", tree]);
    } finally {
      await Deno.remove(parent, { recursive: true });
    }
  };
  try {
    await git(directory, ["worktree", "add", "--detach", tree, commit]);
    await git(tree, ["submodule", "update", "--init", "--recursive"]);
  } catch (error) {
    // There is no work tree if it could not be added.
    await remove().catch(() => {});
    throw error;
  }
  return {
    commit,
    directory: join(tree, prefix),
    ignored: ignored.split("\0").filter((path) => path !== ""),
    [Symbol.asyncDispose]: remove,
  };
}

/**
 * Makes a temporary directory on the file system of another: the usual one, or
 * one beside it.
 */
async function makeDirectoryBeside(directory: string): Promise<string> {
  const prefix = "compare-";
  const usual = await Deno.makeTempDir({ prefix });
  const devices = await Promise.all([usual, directory].map(deviceOf));
  if (devices[0] === devices[1]) return usual;
  await Deno.remove(usual);
  return await Deno.makeTempDir({ prefix, dir: dirname(directory) }).catch(
    (cause) => {
      throw new RevisionError(
        `Cannot check out: no directory can be made beside ${directory}, set TMPDIR to one on its file system`,
        { cause },
      );
    },
  );
}

async function deviceOf(path: string): Promise<number> {
  return (await Deno.stat(path)).dev;
}

async function git(
  directory: string,
  args: readonly string[],
  problem?: string,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["-C", directory, ...args],
    stdin: "null",
    // Ctrl-C is for this process: git finishes its work.
    detached: true,
  }).output().catch((cause) => {
    throw new RevisionError(
      "Cannot check out: git cannot be started, install it",
      {
        cause,
      },
    );
  });
  const text = new TextDecoder();
  if (!success) {
    throw new RevisionError(
      `Cannot check out: ${problem ?? text.decode(stderr).trim()}`,
    );
  }
  return text.decode(stdout).trim();
}

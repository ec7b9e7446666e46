/**
 * Checks out a revision of a git repository into a temporary directory.
 *
 * @module
 */
import { join } from "node:path";
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
}

/**
 * Checks out a revision into a temporary directory, as a work tree of the
 * repository. Needs git.
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
  const parent = await Deno.makeTempDir({ prefix: "compare-" });
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
  } catch (error) {
    // There is no work tree if it could not be added.
    await remove().catch(() => {});
    throw error;
  }
  return {
    commit,
    directory: join(tree, prefix),
    [Symbol.asyncDispose]: remove,
  };
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

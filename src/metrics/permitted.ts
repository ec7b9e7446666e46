/**
 * Reads of the system that never prompt for a permission.
 *
 * @module
 */

/**
 * Returns what `read` returns; `null` if the permission is not granted, or the
 * platform does not have it.
 */
export function ifPermitted<T>(
  permission: Deno.PermissionDescriptor,
  read: () => T,
): T | null {
  // A read without it would prompt at the terminal and block the thread.
  if (Deno.permissions.querySync(permission).state !== "granted") return null;
  try {
    return read();
  } catch {
    // Such as `/proc`, which needs all permissions, or a missing file.
    return null;
  }
}

/** Returns the text of a file that the kernel generates. */
export function readKernelFile(path: string): string | null {
  return ifPermitted(
    { name: "read", path },
    () => Deno.readTextFileSync(path),
  );
}

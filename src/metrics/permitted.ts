/**
 * Reads of the system that ask for no permission: what was not granted before
 * is not there.
 *
 * @module
 */

/**
 * What `read` gives; `null` when the permission is not granted, or when the
 * platform has none of it.
 */
export function ifPermitted<T>(
  permission: Deno.PermissionDescriptor,
  read: () => T,
): T | null {
  // A read without it would ask at the terminal and hold the thread.
  if (Deno.permissions.querySync(permission).state !== "granted") return null;
  try {
    return read();
  } catch {
    // Such as `/proc`, which wants all permissions, or no such file.
    return null;
  }
}

/** The text of a file that the kernel makes up. */
export function readKernelFile(path: string): string | null {
  return ifPermitted(
    { name: "read", path },
    () => Deno.readTextFileSync(path),
  );
}

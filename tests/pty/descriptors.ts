/** The number of descriptors of terminals that this process has open. */
export function openTerminals(): number {
  return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${name}`).includes("ptmx");
    } catch {
      // It was closed meanwhile, such as that of the directory.
      return false;
    }
  }).length;
}

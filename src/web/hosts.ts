/**
 * By which names a server may be reached.
 *
 * @module
 */

/** Names of this machine that no name server gives away. */
export const LOOPBACK_HOSTS: readonly string[] = [
  "localhost",
  "127.0.0.1",
  "[::1]",
];

/**
 * Whether `Host` is one of these names or addresses, with a port or for any.
 * A page from elsewhere whose name was made to point here (DNS rebinding)
 * still says its own name.
 */
export function isHostAllowed(
  hosts: ReadonlySet<string>,
  host: string,
): boolean {
  const url = parseHost(host);
  return url !== undefined &&
    (hosts.has(url.hostname) ||
      hosts.has(`${url.hostname}:${url.port || "80"}`) ||
      (url.port === "" && hosts.has(`${url.hostname}:443`)));
}

/** Whatever the parser would mend, such as a path or a user, is no host. */
export function parseHost(host: string): URL | undefined {
  if (!/^[\w.:[\]-]+$/.test(host)) return undefined;
  return URL.parse(`http://${host}`) ?? undefined;
}

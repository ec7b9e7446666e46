/**
 * The names by which a server may be reached.
 *
 * @module
 */
import { checkArray, shown } from "../checks/internal.ts";

/** Names of this machine that no name server gives away. */
export const LOOPBACK_HOSTS: readonly string[] = [
  "localhost",
  "127.0.0.1",
  "[::1]",
];

/** In `hosts`, it stands for every address, where a server allows that. */
export const ANY_ADDRESS = "any_address";

/**
 * Returns the option `hosts` as `isHostAllowed` needs it.
 *
 * @param allowed Whether `any_address` may be among them.
 * @throws {TypeError} if one of them is not a name or address.
 */
export function resolveHosts(
  hosts: readonly string[] = LOOPBACK_HOSTS,
  allowed: { readonly anyAddress: boolean } = { anyAddress: false },
): ReadonlySet<string> {
  checkArray("hosts", hosts, "an array of names and addresses");
  return new Set(hosts.map((host) => {
    if (host === ANY_ADDRESS) {
      if (allowed.anyAddress) return host;
      throw new TypeError(
        `Cannot use hosts: one is "${ANY_ADDRESS}", which this server does not take, name each address`,
      );
    }
    const url = parseHost(host);
    if (url === undefined) {
      throw new TypeError(
        `Cannot use hosts: one is ${
          shown(host)
        }, it must be a name or address such as example.com, 10.0.0.1:8080 or [::1]`,
      );
    }
    // A URL leaves out the port that is usual, which counts here.
    const port = /:\d+$/.exec(host)?.[0] ?? "";
    return `${url.hostname}${port}`;
  }));
}

/**
 * Returns whether `Host` is one of the names or addresses, with the same port,
 * or with any port where none is listed. A page from elsewhere whose name was
 * made to point here (DNS rebinding) still sends its own name.
 */
export function isHostAllowed(
  hosts: ReadonlySet<string>,
  host: string,
): boolean {
  const url = parseHost(host);
  return url !== undefined && url.hostname !== ANY_ADDRESS &&
    (hosts.has(url.hostname) ||
      hosts.has(`${url.hostname}:${url.port || "80"}`) ||
      (url.port === "" && hosts.has(`${url.hostname}:443`)));
}

/**
 * Returns whether `Host` is an address and any is allowed. No page from
 * elsewhere can have that: what is made to point here is a name.
 */
export function isAddressAllowed(
  hosts: ReadonlySet<string>,
  host: string,
): boolean {
  if (!hosts.has(ANY_ADDRESS)) return false;
  const { hostname = "" } = parseHost(host) ?? {};
  return hostname.startsWith("[") || /^\d+(\.\d+){3}$/.test(hostname);
}

/** Text that a URL would repair, such as a path or a user, is not a host. */
function parseHost(host: string): URL | undefined {
  if (typeof host !== "string") return undefined;
  if (!/^[\w.:[\]-]+$/.test(host)) return undefined;
  return URL.parse(`http://${host}`) ?? undefined;
}

/**
 * The network that an address counts for in limits.
 *
 * @module
 */

const IPV6 = /^[\da-f.]*:[\da-f:.]*:[\da-f.]*$/i;
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Returns the address of an IPv4 client, or whatever else names one, and the first 64 bits of one of IPv6:
 * whoever has one address there has the others. An IPv4 address that is written
 * as one of IPv6 is the same client.
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  // A zone names an interface of this machine, not another client.
  const [bare = ""] = address.split("%");
  // A proxy may name clients otherwise.
  if (!IPV6.test(bare)) return address;
  const [, mapped] = MAPPED.exec(bare) ?? [];
  if (mapped !== undefined) return mapped;
  const [head = [], tail = []] = bare.split("::").map(groupsOf);
  const isShort = bare.includes("::");
  const zeros = isShort ? Math.max(8 - head.length - tail.length, 0) : 0;
  const groups = [...head, ...new Array<number>(zeros).fill(0), ...tail];
  if (groups.length === 8 && isMapped(groups)) {
    const [high = 0, low = 0] = groups.slice(6);
    return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  }
  return groups.slice(0, 4).map((group) => group.toString(16)).join(":");
}

function isMapped(groups: readonly number[]): boolean {
  return groups.slice(0, 5).every((group) => group === 0) &&
    groups[5] === 0xffff;
}

function groupsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((part) => {
    if (!part.includes(".")) return [Number.parseInt(part, 16) & 0xffff];
    const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
    return [a << 8 | b, c << 8 | d];
  });
}

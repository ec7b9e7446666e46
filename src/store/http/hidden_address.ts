/**
 * Addresses of accounts are for their owners, unless they say otherwise.
 *
 * @module
 */
import type { Collection } from "../schema/collection.ts";
import type { Identity } from "../schema/identity.ts";
import { expandTarget } from "./expand_target.ts";

type Shown = Readonly<Record<string, unknown>>;
type Collections = ReadonlyMap<string, Collection>;

/** Returns a record without the addresses that are not for whoever asks. */
export function hideAddresses(
  collections: Collections,
  name: string,
  record: Shown,
  who: Identity,
): Shown {
  const collection = collections.get(name);
  if (collection === undefined || who?.kind === "superuser") return record;
  const own = collection.kind === "auth"
    ? withoutAddress(name, record, who)
    : record;
  const { expand } = own;
  if (typeof expand !== "object" || expand === null) return own;
  const inner = Object.entries(expand).map(([field, value]) => {
    const target = expandTarget(collections, collection, field);
    if (target === undefined) return [field, value];
    const hide = (one: Shown) =>
      hideAddresses(collections, target.name, one, who);
    return [field, Array.isArray(value) ? value.map(hide) : hide(value)];
  });
  return { ...own, expand: Object.fromEntries(inner) };
}

function withoutAddress(name: string, record: Shown, who: Identity): Shown {
  const isOwner = who?.kind === "record" && who.collection === name &&
    who.id === record["id"];
  if (isOwner || record["emailVisibility"] === true) return record;
  const { email: _, ...rest } = record;
  return rest;
}

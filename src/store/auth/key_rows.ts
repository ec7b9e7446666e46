/**
 * API keys as they are stored.
 *
 * @module
 */
import type { Engine, Row } from "../engine/engine.ts";
import { type Accounts, identityOf } from "./accounts.ts";
import type { AuthTime } from "./auth_time.ts";
import type { KeyInfo, KeyOwner, Login } from "./login.ts";
import { accountKey } from "./session_cache.ts";
import type { CachedLogin } from "./sessions.ts";

/** Returns the name under which an API key is cached: its account's, or its own. */
export function keyOwner(name: string, as: KeyOwner): string {
  return typeof as === "object"
    ? accountKey(as.collection, as.id)
    : accountKey("_keys", name);
}

/** Resolves to the key with a hash, if its account is still there. */
export async function loadKey(
  engine: Engine,
  accounts: Accounts,
  time: AuthTime,
  hash: string,
): Promise<CachedLogin | undefined> {
  const [row] = await engine.read({
    sql: `SELECT * FROM "_keys" WHERE hash = ?`,
    values: [hash],
  });
  if (row === undefined) return undefined;
  const { name, as, usedAt, expiresAt = Infinity } = keyInfoOf(row);
  const identity = await identityOfKey(accounts, name, as);
  return identity && {
    login: {
      kind: "key",
      id: name,
      identity,
      account: typeof as === "object" ? as : undefined,
      expiresAt,
      endsAt: expiresAt,
    },
    hash,
    id: name,
    owner: keyOwner(name, as),
    idleMs: Infinity,
    usedAt: time.now(),
    savedAt: usedAt ?? 0,
    isStale: false,
  };
}

/** Returns what a row says of a key. */
export function keyInfoOf(row: Row): KeyInfo {
  const kind = row["kind"];
  return {
    name: String(row["name"]),
    as: kind === "key" || kind === "superuser" ? kind : {
      collection: String(row["collection"]),
      id: String(row["account"]),
    },
    createdAt: Number(row["created"]),
    usedAt: numberOf(row["used"]),
    expiresAt: numberOf(row["expires"]),
  };
}

async function identityOfKey(
  accounts: Accounts,
  name: string,
  as: KeyOwner,
): Promise<Login["identity"] | undefined> {
  if (as === "key") return { kind: "key", name };
  if (as === "superuser") return { kind: "superuser" };
  if (!accounts.has(as.collection)) return undefined;
  const account = await accounts.get(as.collection, as.id);
  return account && identityOf(account);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/**
 * Hashes passwords with argon2id, or with scrypt where its native add-on cannot
 * be loaded. Both work on threads of the platform, not on the one that serves.
 *
 * @module
 */
import { scrypt, timingSafeEqual } from "node:crypto";
import {
  type Argon2Cost,
  HASH_BYTES,
  isCurrent,
  noHash,
  readHash,
  SALT_BYTES,
  SCRYPT_COST,
  writeScrypt,
} from "./password_cost.ts";

/** The functions of the add-on that are used. */
export interface Argon2 {
  hash(password: Uint8Array, options: object): Promise<string>;
  verify(hashed: string, password: Uint8Array): Promise<boolean>;
}

/** `Algorithm.Argon2id` of the add-on, a `const enum`. */
const ARGON2ID = 2;

/** A stored hash that cannot be checked: its algorithm is not there. */
export class UncheckableHash extends Error {}

/** Hashes passwords and checks them. It limits nothing: see `HashQueue`. */
export class PasswordHasher {
  readonly #cost: Argon2Cost;
  readonly #load: () => Promise<Argon2>;
  #loaded: Promise<Argon2 | undefined> | undefined;
  /** Why the add-on could not be loaded. */
  whyScrypt: unknown;

  /** Loads nothing yet. */
  constructor(cost: Argon2Cost, load: () => Promise<Argon2> = loadArgon2) {
    this.#cost = cost;
    this.#load = load;
  }

  /** Resolves to what new hashes are made with. */
  async algorithm(): Promise<"argon2id" | "scrypt"> {
    return await this.#argon2() === undefined ? "scrypt" : "argon2id";
  }

  /** Resolves to the hash of a password, with a salt of its own. */
  async hash(password: Uint8Array): Promise<string> {
    const argon2 = await this.#argon2();
    const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
    if (argon2 === undefined) {
      return writeScrypt(salt, await hashWithScrypt(password, salt));
    }
    return await argon2.hash(password, {
      algorithm: ARGON2ID,
      memoryCost: this.#cost.memoryKiB,
      timeCost: this.#cost.passes,
      parallelism: 1,
      outputLen: HASH_BYTES,
      salt,
    });
  }

  /**
   * Resolves to whether a password is the one of a hash. Without a hash, as of
   * an account that does not exist, it takes as long, and resolves to `false`.
   * Rejects with `UncheckableHash` if the hash is of the other algorithm, and
   * that is not there.
   */
  async verify(
    stored: string | undefined,
    password: Uint8Array,
  ): Promise<boolean> {
    if (stored !== undefined) return await this.#verify(stored, password);
    await this.#verify(noHash(await this.algorithm(), this.#cost), password);
    return false;
  }

  /** Resolves to whether a hash is made as a new one would be. */
  async isCurrent(stored: string): Promise<boolean> {
    return isCurrent(stored, await this.algorithm(), this.#cost);
  }

  async #verify(stored: string, password: Uint8Array): Promise<boolean> {
    const kind = readHash(stored);
    if (kind === undefined) {
      throw new UncheckableHash("the stored hash is of an unknown kind");
    }
    if (kind.algorithm === "scrypt") {
      const hash = await hashWithScrypt(password, kind.salt);
      const expected = encoder.encode(stored);
      const actual = encoder.encode(writeScrypt(kind.salt, hash));
      return expected.length === actual.length &&
        timingSafeEqual(expected, actual);
    }
    const argon2 = await this.#argon2();
    if (argon2 === undefined) {
      const cause = this.whyScrypt;
      const why = cause instanceof Error ? cause.message : "see the cause";
      throw new UncheckableHash(
        `the stored hash is of argon2id, and its add-on cannot be loaded: ${why}`,
        { cause },
      );
    }
    return await argon2.verify(stored, password);
  }

  #argon2(): Promise<Argon2 | undefined> {
    return this.#loaded ??= this.#load().catch((cause) => {
      this.whyScrypt = cause;
      return undefined;
    });
  }
}

const encoder = new TextEncoder();

/** What the add-on reads of the environment to find its binary. */
const VARIABLES = [
  "NAPI_RS_ENFORCE_VERSION_CHECK",
  "NAPI_RS_FORCE_WASI",
  "NAPI_RS_NATIVE_LIBRARY_PATH",
  "NAPI_RS_WASI_FLAVOR",
];

/** Loads the add-on; it never prompts for a permission. */
async function loadArgon2(): Promise<Argon2> {
  needPermission({ name: "ffi" });
  for (const variable of VARIABLES) needPermission({ name: "env", variable });
  // It tells by this file which C library there is, and by more without it.
  if (Deno.build.os === "linux") {
    needPermission({ name: "read", path: "/usr/bin/ldd" });
  }
  return await import("@node-rs/argon2");
}

function needPermission(permission: Deno.PermissionDescriptor): void {
  if (Deno.permissions.querySync(permission).state === "granted") return;
  throw new Deno.errors.NotCapable(
    `it requires --allow-ffi, --allow-env and, on Linux, --allow-read=/usr/bin/ldd; --allow-${permission.name} is missing`,
  );
}

function hashWithScrypt(
  password: Uint8Array,
  salt: Uint8Array,
): Promise<Uint8Array> {
  const { ln, r, p, memoryKiB } = SCRYPT_COST;
  // Twice what the blocks take: the limit counts some more.
  const options = { N: 2 ** ln, r, p, maxmem: 2 * memoryKiB * 1024 };
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  scrypt(password, salt, HASH_BYTES, options, (error, key) => {
    if (error) reject(error);
    else resolve(key);
  });
  return promise;
}

/**
 * What a password's hash costs, and what a stored hash says about it.
 *
 * @module
 */

/** How much memory and time a hash with argon2id takes. */
export interface Argon2Cost {
  /** Memory of one hash, in KiB. */
  readonly memoryKiB: number;
  /** Passes over that memory. */
  readonly passes: number;
}

/** What a stored hash says of itself. */
export type PasswordHashKind =
  | { readonly algorithm: "argon2id" } & Argon2Cost
  | { readonly algorithm: "scrypt"; readonly salt: Uint8Array };

/**
 * The least costs that OWASP's Password Storage Cheat Sheet recommends for
 * argon2id with one lane; they are equally strong.
 */
const LEAST: readonly Argon2Cost[] = [
  { memoryKiB: 47_104, passes: 1 },
  { memoryKiB: 19_456, passes: 2 },
  { memoryKiB: 12_288, passes: 3 },
  { memoryKiB: 9_216, passes: 4 },
  { memoryKiB: 7_168, passes: 5 },
];

/** The cost of a hash unless the options say otherwise. */
export const DEFAULT_COST: Argon2Cost = { memoryKiB: 19_456, passes: 2 };

/** The cost of a hash with scrypt, which is OWASP's for 32 MiB. */
export const SCRYPT_COST = {
  /** Binary logarithm of the cost, N = 2¹⁵. */
  ln: 15,
  /** Size of a block. */
  r: 8,
  /** Lanes, one after the other. */
  p: 3,
  /** Memory of one hash, in KiB. */
  memoryKiB: 32_768,
} as const;

/** Returns whether a cost is at least one of those that OWASP recommends. */
export function isStrongEnough({ memoryKiB, passes }: Argon2Cost): boolean {
  return LEAST.some((least) =>
    memoryKiB >= least.memoryKiB && passes >= least.passes
  );
}

/** Bytes of the salt of a new hash. */
export const SALT_BYTES = 16;
/** Bytes of a hash. */
export const HASH_BYTES = 32;

const ARGON2 = /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=1\$/;
const SCRYPT =
  `$scrypt$ln=${SCRYPT_COST.ln},r=${SCRYPT_COST.r},p=${SCRYPT_COST.p}$`;

/**
 * Reads a hash in the PHC string format; returns `undefined` for one that this
 * module has not written.
 */
export function readHash(stored: string): PasswordHashKind | undefined {
  const [, memory, passes] = ARGON2.exec(stored) ?? [];
  if (memory !== undefined) {
    return {
      algorithm: "argon2id",
      memoryKiB: Number(memory),
      passes: Number(passes),
    };
  }
  if (!stored.startsWith(SCRYPT)) return undefined;
  const [salt = ""] = stored.slice(SCRYPT.length).split("$");
  return { algorithm: "scrypt", salt: fromBase64(salt) };
}

/** Returns whether a stored hash is what a new one would be. */
export function isCurrent(
  stored: string,
  algorithm: "argon2id" | "scrypt",
  cost: Argon2Cost,
): boolean {
  const kind = readHash(stored);
  if (kind?.algorithm !== algorithm) return false;
  return kind.algorithm === "scrypt" ||
    kind.memoryKiB === cost.memoryKiB && kind.passes === cost.passes;
}

/** Returns a hash of scrypt in the PHC string format. */
export function writeScrypt(salt: Uint8Array, hash: Uint8Array): string {
  return `${SCRYPT}${toBase64(salt)}$${toBase64(hash)}`;
}

/** Returns a hash of no password, which takes as long to check as any other. */
export function noHash(
  algorithm: "argon2id" | "scrypt",
  { memoryKiB, passes }: Argon2Cost,
): string {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const hash = crypto.getRandomValues(new Uint8Array(HASH_BYTES));
  if (algorithm === "scrypt") return writeScrypt(salt, hash);
  const cost = `m=${memoryKiB},t=${passes},p=1`;
  return `$argon2id$v=19$${cost}$${toBase64(salt)}$${toBase64(hash)}`;
}

function toBase64(bytes: Uint8Array): string {
  return bytes.toBase64({ omitPadding: true });
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return new Uint8Array();
  }
}

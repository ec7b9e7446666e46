/**
 * The ids of records: 15 characters, a-z and 0-9.
 *
 * @module
 */

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH = 15;
/** Bytes from which on a letter would not be as likely as others. */
const LIMIT = 256 - 256 % LETTERS.length;
const ID = /^[a-z0-9]{15}$/;

const random = new Uint8Array(1024);
let at = random.length;

/** Returns a new id at random: two are the same in one of 2^77 pairs. */
export function newRecordId(): string {
  let id = "";
  while (id.length < LENGTH) {
    if (at === random.length) {
      crypto.getRandomValues(random);
      at = 0;
    }
    const byte = random[at++] as number;
    if (byte < LIMIT) id += LETTERS[byte % LETTERS.length];
  }
  return id;
}

/** Returns whether something is an id. */
export function isRecordId(value: unknown): value is string {
  return typeof value === "string" && ID.test(value);
}

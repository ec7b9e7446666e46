/**
 * The certificates and keys beside this file, which `make.sh` has made.
 *
 * @module
 */

const text = (name: string): string =>
  Deno.readTextFileSync(new URL(name, import.meta.url));

/** Has signed those of the server and the client. */
export const ca: string = text("ca.pem");
/** Has signed that of the stranger. */
export const otherCa: string = text("other_ca.pem");
/** An authority of X.509 version 1. */
export const oldCa: string = text("old_ca.pem");

/** A certificate with its key. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

const identity = (name: string): Identity => ({
  cert: text(`${name}.pem`),
  key: text(`${name}.key`),
});

/** For `localhost` and `127.0.0.1`. */
export const server: Identity = identity("server");
/** A client that the server knows. */
export const client: Identity = identity("client");
/** A client that it does not know. */
export const stranger: Identity = identity("stranger");

/**
 * Clients that trust the certificates of a file, for what is opened over `fetch`
 * or as a WebSocket: one for each file, which all users of a driver share.
 *
 * @module
 */
import { optional, type Rule } from "../scenario/rule.ts";
import { decode } from "./payload.ts";
import type { RequestFiles } from "./request_files.ts";

/** What people call the file, and so may mean. */
export const CA_FILE_MEANT = { ca: "caFile", caCerts: "caFile" } as const;

/** Returns the rule for the path of a file of certificates. */
export function caFileRule(
  files: RequestFiles,
): Rule & { readonly optional: true } {
  return optional({
    kind: "text",
    refuses: (path) => files.refusesCertificates(path),
  });
}

/**
 * Opens clients that speak HTTP/1.1 alone, so that each subscription or socket
 * has a connection, as those of different people have.
 */
export class TrustingClients implements AsyncDisposable {
  readonly #files: RequestFiles;
  readonly #clients = new Map<string | undefined, Deno.HttpClient>();

  constructor(files: RequestFiles) {
    this.#files = files;
  }

  /**
   * Returns the client that trusts a file, beside what the system trusts.
   *
   * @throws {DriverError} if the file cannot be read.
   */
  of(caFile: string | undefined): Deno.HttpClient {
    const known = this.#clients.get(caFile);
    if (known !== undefined) return known;
    const client = Deno.createHttpClient({
      http1: true,
      http2: false,
      ...caFile === undefined
        ? {}
        : { caCerts: [decode(this.#files.bytesOf(caFile))] },
    });
    this.#clients.set(caFile, client);
    return client;
  }

  /** Closes all of them. */
  [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
    return Promise.resolve();
  }
}

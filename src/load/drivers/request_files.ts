/**
 * The files that requests send, or trust.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import mime from "mime/lite";
import { reasonOf } from "../../checks/internal.ts";
import { decode } from "./payload.ts";
import { DriverError } from "./driver_error.ts";

/** The most bytes of all files of a driver together: they are in memory. */
const MAX_BYTES = 268_435_456;

const PEM = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

interface KnownFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly modified: number | undefined;
}

/** Reads each file once, before a run as far as its name is known then. */
export class RequestFiles {
  readonly #known = new Map<string, KnownFile>();
  /** Files that are known to have certificates. */
  readonly #certificates = new Set<string>();
  #bytes = 0;

  /** Forgets the files that have changed on disk since they were read. */
  refresh(): void {
    for (const [path, { bytes, modified }] of this.#known) {
      const now = statOf(path);
      if (
        typeof now === "object" && now.size === bytes.length &&
        now.mtime?.getTime() === modified
      ) continue;
      this.#known.delete(path);
      this.#certificates.delete(path);
      this.#bytes -= bytes.length;
    }
  }

  /** Returns what is wrong with a file, in words that follow its field. */
  refuses(path: string): string | undefined {
    if (this.#known.has(path)) return undefined;
    const stat = statOf(path);
    const problem = typeof stat === "string" ? stat : this.#read(path, stat);
    return problem && `is ${JSON.stringify(path)}, ${problem}`;
  }

  /** Returns what is wrong with a file of certificates. */
  refusesCertificates(path: string): string | undefined {
    if (this.#certificates.has(path)) return undefined;
    const problem = this.refuses(path);
    if (problem !== undefined) return problem;
    const found = decode(this.bytesOf(path)).match(PEM) ?? [];
    const is = `is ${JSON.stringify(path)}, which has`;
    if (found.length === 0) return `${is} no certificate in PEM`;
    try {
      for (const pem of found) new X509Certificate(pem);
      this.#certificates.add(path);
      return undefined;
    } catch {
      return `${is} a certificate that cannot be read`;
    }
  }

  /**
   * Returns the content of a file.
   *
   * @throws {DriverError} if it cannot be read.
   */
  bytesOf(path: string): Uint8Array<ArrayBuffer> {
    const problem = this.refuses(path);
    const known = this.#known.get(path);
    if (problem === undefined && known !== undefined) return known.bytes;
    throw new DriverError(`Cannot read a file of the request: it ${problem}`);
  }

  #read(path: string, { size, mtime }: Deno.FileInfo): string | undefined {
    if (this.#bytes + size > MAX_BYTES) return TOO_LARGE;
    try {
      const bytes = Deno.readFileSync(path);
      this.#known.set(path, { bytes, modified: mtime?.getTime() });
      this.#bytes += bytes.length;
      return undefined;
    } catch (error) {
      return `which cannot be read: ${reasonOf(error)}`;
    }
  }
}

const TOO_LARGE =
  `with which the files of requests have more than ${MAX_BYTES} bytes together`;

/** Returns the state of a file, or why it cannot be read. */
function statOf(path: string): Deno.FileInfo | string {
  try {
    const stat = Deno.statSync(path);
    return stat.isFile ? stat : "which is not a file";
  } catch (error) {
    return error instanceof Deno.errors.NotFound
      ? "which does not exist"
      : `which cannot be read: ${reasonOf(error)}`;
  }
}

/** Returns the media type of a file by its name. */
export function typeOf(path: string): string {
  return mime.getType(path) ?? "application/octet-stream";
}

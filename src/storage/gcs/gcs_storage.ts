/**
 * Objects in Google Cloud Storage.
 *
 * @module
 */
import {
  checkFunction,
  checkObject,
  checkOptionNames,
  type OptionNames,
} from "../../checks/internal.ts";
import { checkedStorage } from "../checked_storage.ts";
import {
  checkBucket,
  checkEndpoint,
  checkSecret,
  MIN_PART_BYTES,
  resolveTransfer,
  S3_MIN_PART_BYTES,
  TRANSFER_NAMES,
  type TransferOptions,
} from "../http/transfer_options.ts";
import type { ObjectStorage } from "../object_storage.ts";
import { S3Backend } from "../s3/s3_backend.ts";
import { s3Signer } from "../s3/s3_signer.ts";
import { GcsBackend } from "./gcs_backend.ts";

/** An HMAC key of Google Cloud Storage, which signs requests as S3's do. */
export interface GcsHmacKey {
  /** Public part of the key. */
  readonly accessId: string;
  /** Secret part of the key. */
  readonly secret: string;
}

/** Options of {@linkcode gcsStorage}: one of `token` and `hmac` is needed. */
export interface GcsStorageOptions extends TransferOptions {
  /**
   * Where the service is.
   * @default {"https://storage.googleapis.com"}
   */
  readonly endpoint?: string;
  /** Name of the bucket, which must exist. */
  readonly bucket: string;
  /**
   * Returns an OAuth token for the JSON API. It is called for each request, so
   * it should keep a token for as long as it is valid.
   */
  readonly token?: () => string | Promise<string>;
  /** Key for the XML API, which speaks the protocol of S3. */
  readonly hmac?: GcsHmacKey;
}

const NAMES: OptionNames<GcsStorageOptions> = {
  ...TRANSFER_NAMES,
  endpoint: true,
  bucket: true,
  token: true,
  hmac: true,
};
const HMAC: OptionNames<GcsHmacKey> = { accessId: true, secret: true };

/**
 * Returns a storage that keeps objects in a bucket of Google Cloud Storage.
 * Needs `--allow-net` for the service.
 *
 * With `token` it uses the JSON API, which writes the parts of an object one
 * after another. With `hmac` it uses the XML API, whose parts are written at
 * once, but a put with `ifAbsent` looks first and writes then, so of two at once
 * both can succeed; it needs `npm:aws4fetch`, which is loaded when it is used.
 *
 * @example
 * ```ts
 * import { gcsStorage } from "@troupe/troupe/storage";
 *
 * const storage = gcsStorage({
 *   bucket: "photos",
 *   token: () => Promise.resolve("a token of your identity"),
 * });
 * console.assert(storage.name === "gcs");
 * ```
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a number is out of its range.
 */
export function gcsStorage(options: GcsStorageOptions): ObjectStorage {
  checkOptionNames("gcsStorage()", options, NAMES);
  const { bucket, token, hmac } = options;
  const endpoint = checkEndpoint(
    options.endpoint ?? "https://storage.googleapis.com",
  );
  checkBucket("bucket", bucket);
  if (token !== undefined && hmac !== undefined) {
    throw new TypeError(
      "Cannot use hmac: there is a token, leave one of them out",
    );
  }
  if (hmac === undefined) {
    checkFunction("token", token);
    const getToken = token ?? (() => "");
    const transfer = resolveTransfer(options, MIN_PART_BYTES);
    return checkedStorage(
      new GcsBackend({ endpoint, bucket, token: getToken, transfer }),
    );
  }
  checkObject("hmac", hmac, "{ accessId, secret }");
  checkOptionNames("hmac", hmac, HMAC);
  const { accessId, secret } = hmac;
  checkSecret("hmac.accessId", accessId);
  checkSecret("hmac.secret", secret);
  return checkedStorage(
    new S3Backend({
      name: "gcs",
      bucketUrl: `${endpoint}/${bucket}`,
      sign: s3Signer({
        region: "auto",
        accessKeyId: accessId,
        secretAccessKey: secret,
        sessionToken: undefined,
      }),
      transfer: resolveTransfer(options, S3_MIN_PART_BYTES),
      // Its own condition has a header of its own, which S3's signature lacks.
      hasIfNoneMatch: false,
    }),
  );
}

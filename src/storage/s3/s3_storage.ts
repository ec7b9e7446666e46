/**
 * Objects in S3, or in what speaks its protocol.
 *
 * @module
 */
import {
  checkBoolean,
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../../checks/internal.ts";
import { checkedStorage } from "../checked_storage.ts";
import {
  checkBucket,
  checkEndpoint,
  checkSecret,
  resolveTransfer,
  S3_MIN_PART_BYTES,
  TRANSFER_NAMES,
  type TransferOptions,
} from "../http/transfer_options.ts";
import type { ObjectStorage } from "../object_storage.ts";
import { S3Backend } from "./s3_backend.ts";
import { s3Signer } from "./s3_signer.ts";

/** Options of {@linkcode s3Storage}. */
export interface S3StorageOptions extends TransferOptions {
  /**
   * Where the service is, such as `"https://minio.example"`.
   * @default {"https://s3.<region>.amazonaws.com"}
   */
  readonly endpoint?: string;
  /** Region that requests are signed for; what has none takes `"us-east-1"`. */
  readonly region: string;
  /** Name of the bucket, which must exist. */
  readonly bucket: string;
  /** Public part of the key that signs requests. */
  readonly accessKeyId: string;
  /** Secret part of the key that signs requests. */
  readonly secretAccessKey: string;
  /** Token of a key that was lent for a while. */
  readonly sessionToken?: string;
  /**
   * Whether the bucket stands in the path of a URL, and not in the host's name.
   * @default {whether there is an endpoint}
   */
  readonly pathStyle?: boolean;
}

const NAMES: OptionNames<S3StorageOptions> = {
  ...TRANSFER_NAMES,
  endpoint: true,
  region: true,
  bucket: true,
  accessKeyId: true,
  secretAccessKey: true,
  sessionToken: true,
  pathStyle: true,
};

/**
 * Returns a storage that keeps objects in a bucket of S3, or of a service that
 * is compatible with it. Needs `--allow-net` for the service, and
 * `npm:aws4fetch`, which is loaded when it is used.
 *
 * Each body is signed with its SHA-256. What is larger than `partBytes` is
 * written in parts, which are removed if that fails; a lifecycle rule of the
 * bucket removes those of a process that was killed.
 *
 * @example
 * ```ts
 * import { s3Storage } from "@troupe/troupe/storage";
 *
 * const storage = s3Storage({
 *   endpoint: "https://minio.example",
 *   region: "us-east-1",
 *   bucket: "photos",
 *   accessKeyId: "the id",
 *   secretAccessKey: "the secret",
 * });
 * console.assert(storage.name === "s3");
 * ```
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a number is out of its range.
 */
export function s3Storage(options: S3StorageOptions): ObjectStorage {
  checkOptionNames("s3Storage()", options, NAMES);
  const { region, bucket, accessKeyId, secretAccessKey, sessionToken } =
    options;
  checkString("region", region);
  if (!/^[a-z0-9-]+$/i.test(region)) {
    throw new TypeError(
      `Cannot use region: it is ${
        JSON.stringify(region)
      }, it must be one such as "eu-central-1"`,
    );
  }
  checkBucket("bucket", bucket);
  checkSecret("accessKeyId", accessKeyId);
  checkSecret("secretAccessKey", secretAccessKey);
  if (sessionToken !== undefined) checkSecret("sessionToken", sessionToken);
  const { pathStyle = options.endpoint !== undefined } = options;
  checkBoolean("pathStyle", pathStyle);
  const endpoint = checkEndpoint(
    options.endpoint ?? `https://s3.${region}.amazonaws.com`,
  );
  return checkedStorage(
    new S3Backend({
      name: "s3",
      bucketUrl: pathStyle
        ? `${endpoint}/${bucket}`
        : endpoint.replace("://", `://${bucket}.`),
      sign: s3Signer({ region, accessKeyId, secretAccessKey, sessionToken }),
      transfer: resolveTransfer(options, S3_MIN_PART_BYTES),
      hasIfNoneMatch: true,
    }),
  );
}

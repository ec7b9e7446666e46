/**
 * Objects in Azure Blob Storage.
 *
 * @module
 */
import {
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../../checks/internal.ts";
import { checkedStorage } from "../checked_storage.ts";
import {
  checkBucket,
  checkEndpoint,
  checkSecret,
  MIN_PART_BYTES,
  resolveTransfer,
  TRANSFER_NAMES,
  type TransferOptions,
} from "../http/transfer_options.ts";
import type { ObjectStorage } from "../object_storage.ts";
import { AzureBackend } from "./azure_backend.ts";

/** Options of {@linkcode azureStorage}. */
export interface AzureStorageOptions extends TransferOptions {
  /**
   * Where the account is, such as `"https://photos.blob.core.windows.net"`.
   * @default {"https://<account>.blob.core.windows.net"}
   */
  readonly endpoint?: string;
  /** Name of the storage account. */
  readonly account: string;
  /** One of the keys of the account, in base 64. */
  readonly accountKey: string;
  /** Name of the container, which must exist. */
  readonly container: string;
}

const NAMES: OptionNames<AzureStorageOptions> = {
  ...TRANSFER_NAMES,
  endpoint: true,
  account: true,
  accountKey: true,
  container: true,
};

/**
 * Returns a storage that keeps objects as block blobs in a container of Azure
 * Blob Storage. Needs `--allow-net` for the service, `--allow-env` and
 * `--allow-sys=osRelease`, and `npm:@azure/storage-blob`, which is loaded when it is used.
 *
 * What is larger than `partBytes` is written in blocks. The service forgets
 * those of a put that failed after a week, or when the key is written again.
 *
 * @example
 * ```ts
 * import { azureStorage } from "@troupe/troupe/storage";
 *
 * const storage = azureStorage({
 *   account: "photos",
 *   accountKey: btoa("the key"),
 *   container: "originals",
 * });
 * console.assert(storage.name === "azure");
 * ```
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a number is out of its range.
 */
export function azureStorage(options: AzureStorageOptions): ObjectStorage {
  checkOptionNames("azureStorage()", options, NAMES);
  const { account, accountKey, container } = options;
  checkString("account", account);
  if (!/^[a-z0-9]{3,24}$/.test(account)) {
    throw new TypeError(
      `Cannot use account: it is ${
        JSON.stringify(account)
      }, it must be 3 to 24 small letters and digits`,
    );
  }
  checkSecret("accountKey", accountKey);
  checkBucket("container", container);
  const endpoint = checkEndpoint(
    options.endpoint ?? `https://${account}.blob.core.windows.net`,
  );
  return checkedStorage(
    new AzureBackend({
      containerUrl: `${endpoint}/${container}`,
      account,
      accountKey,
      transfer: resolveTransfer(options, MIN_PART_BYTES),
    }),
  );
}

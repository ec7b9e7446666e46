/**
 * Signs requests as AWS does (Signature Version 4), by `npm:aws4fetch`.
 *
 * @module
 */
import type { Outgoing, Signer } from "../http/http_exchange.ts";
import { optionalPackage } from "../optional_package.ts";

const loadAws4fetch = optionalPackage(
  "npm:aws4fetch@^1.0.20",
  () => import("aws4fetch"),
);

/** Who signs, and for which region. */
export interface S3Credentials {
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
}

/** The SHA-256 of no bytes. */
const EMPTY_SHA256 =
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/**
 * Returns a signer. The header `x-amz-content-sha256` of each request is
 * signed, so a service that verifies it takes no other body.
 */
export function s3Signer(
  { region, accessKeyId, secretAccessKey, sessionToken }: S3Credentials,
): Signer {
  const cache = new Map<string, ArrayBuffer>();
  return async ({ method, url, headers = {} }: Outgoing) => {
    const { AwsV4Signer } = await loadAws4fetch();
    const signed = await new AwsV4Signer({
      method,
      url,
      headers: { "x-amz-content-sha256": EMPTY_SHA256, ...headers },
      accessKeyId,
      secretAccessKey,
      region,
      service: "s3",
      cache,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    }).sign();
    return signed.headers;
  };
}

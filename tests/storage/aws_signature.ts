/**
 * Verifies Signature Version 4 of AWS as its documentation describes it, with
 * nothing of the library that signs.
 *
 * @module
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A request whose signature is verified. */
export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Who may sign. */
export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** The most that the time of a request may be off. */
const MAX_SKEW_MS = 15 * 60_000;

/** Returns the code of what is wrong with a signature, or `undefined`. */
export function signatureFault(
  request: SignedRequest,
  key: SigningKey,
  now: number = Date.now(),
): string | undefined {
  const { headers, body } = request;
  const authorization = headers.get("authorization") ?? "";
  const match = authorization.match(
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/,
  );
  if (match === null) return "AccessDenied";
  const [, id, day = "", region, signedHeaders = "", signature = ""] = match;
  if (id !== key.accessKeyId) return "InvalidAccessKeyId";
  if (region !== key.region) return "AuthorizationHeaderMalformed";
  const time = headers.get("x-amz-date") ?? "";
  const at = Date.parse(
    time.replace(
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
      "$1-$2-$3T$4:$5:$6Z",
    ),
  );
  if (!(Math.abs(at - now) < MAX_SKEW_MS) || !time.startsWith(day)) {
    return "RequestTimeTooSkewed";
  }
  const names = signedHeaders.split(";");
  const mustBeSigned = [...headers.keys()].filter((name) =>
    name === "host" || name.startsWith("x-amz-")
  );
  if (mustBeSigned.some((name) => !names.includes(name))) {
    return "AccessDenied";
  }
  const stated = headers.get("x-amz-content-sha256") ?? "";
  if (stated !== sha256(body)) return "XAmzContentSHA256Mismatch";
  const text = [
    "AWS4-HMAC-SHA256",
    time,
    `${day}/${region}/s3/aws4_request`,
    sha256(canonicalRequest(request, names, stated)),
  ].join("\n");
  const signing = [day, region, "s3", "aws4_request"].reduce<
    string | Uint8Array
  >(
    (secret, part) => createHmac("sha256", secret).update(part).digest(),
    `AWS4${key.secretAccessKey}`,
  );
  const expected = createHmac("sha256", signing).update(text).digest();
  return timingSafeEqual(expected, Uint8Array.fromHex(signature))
    ? undefined
    : "SignatureDoesNotMatch";
}

function canonicalRequest(
  { method, url, headers }: SignedRequest,
  names: readonly string[],
  payload: string,
): string {
  const { pathname, search } = new URL(url);
  const path = pathname.split("/").map((one) => encode(decode(one))).join("/");
  const query = search.slice(1).split("&").filter((pair) => pair !== "")
    .map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      return `${encode(decode(name))}=${encode(decode(value))}`;
    })
    .sort()
    .join("&");
  const lines = names.map((name) =>
    `${name}:${(headers.get(name) ?? "").trim().replace(/ +/g, " ")}\n`
  );
  return [method, path, query, lines.join(""), names.join(";"), payload]
    .join("\n");
}

const decode = (text: string): string => decodeURIComponent(text);

/** As AWS has it: all but letters, digits, "-", ".", "_" and "~". */
function encode(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => {
    const char = String.fromCharCode(byte);
    return /[A-Za-z0-9\-._~]/.test(char)
      ? char
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

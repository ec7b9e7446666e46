// The judge of signatures is judged by the examples that AWS has published.
import { assertEquals } from "@std/assert";
import { signatureFault, type SignedRequest } from "./aws_signature.ts";

const KEY = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  region: "us-east-1",
};
/** When the examples were signed. */
const AT = Date.UTC(2013, 4, 24);
const EMPTY =
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** A request of the examples, with the signature that they give. */
function example(
  path: string,
  signature: string,
  more: Readonly<Record<string, string>> = {},
): SignedRequest {
  const headers = {
    host: "examplebucket.s3.amazonaws.com",
    ...more,
    "x-amz-content-sha256": EMPTY,
    "x-amz-date": "20130524T000000Z",
  };
  const names = Object.keys(headers).sort().join(";");
  const authorization =
    `AWS4-HMAC-SHA256 Credential=${KEY.accessKeyId}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${names},Signature=${signature}`;
  return {
    method: "GET",
    url: `https://examplebucket.s3.amazonaws.com${path}`,
    headers: new Headers({ ...headers, authorization }),
    body: new Uint8Array(),
  };
}

const GET = example(
  "/test.txt",
  "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  { range: "bytes=0-9" },
);
const LIST = example(
  "/?max-keys=2&prefix=J",
  "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
);

Deno.test("signatureFault() accepts the signatures that AWS has published", () => {
  assertEquals(signatureFault(GET, KEY, AT), undefined);
  assertEquals(signatureFault(LIST, KEY, AT), undefined);
});

Deno.test("signatureFault() finds what is wrong with a signature", () => {
  const url = GET.url.replace("test", "other");
  const unsigned = new Headers(GET.headers);
  unsigned.set("x-amz-acl", "public-read");
  for (
    const [request, key, at, code] of [
      [{ ...GET, url }, KEY, AT, "SignatureDoesNotMatch"],
      [{ ...GET, method: "PUT" }, KEY, AT, "SignatureDoesNotMatch"],
      [GET, { ...KEY, secretAccessKey: "x" }, AT, "SignatureDoesNotMatch"],
      [GET, { ...KEY, accessKeyId: "x" }, AT, "InvalidAccessKeyId"],
      [GET, { ...KEY, region: "x" }, AT, "AuthorizationHeaderMalformed"],
      [GET, KEY, AT + 3_600_000, "RequestTimeTooSkewed"],
      [{ ...GET, headers: unsigned }, KEY, AT, "AccessDenied"],
      [{ ...GET, headers: new Headers() }, KEY, AT, "AccessDenied"],
      [
        { ...GET, body: new Uint8Array(1) },
        KEY,
        AT,
        "XAmzContentSHA256Mismatch",
      ],
    ] as const
  ) assertEquals(signatureFault(request, key, at), code);
});

#!/bin/sh
# pocketbase 0.28.1 (the JavaScript client), `authStore.isValid` and
# `getTokenPayload`, on Deno 2.9.6.
#
# The client reads the payload of a token with `atob`, which takes base64 and not
# base64url, in which tokens are written. A payload whose base64url has a `-` or a
# `_` is `{}` for it, without an error: the token counts as over although its
# `exp` is to come, and `confirmVerification` and `confirmEmailChange`, which
# look there for the id of the record, leave the record in `authStore` as it was.
# In ASCII that takes a `>`, `?` or `~` at every third place of the payload;
# beyond ASCII a letter such as the é of Zoé, after an o, is enough, at every
# third place again. So the same claim works or not by what stands before it. The
# tokens of PocketBase's own server have none of it: it concerns those who add
# claims, or serve its client themselves.
#
# Seen:
#   name "Ann":     base64url has neither, valid true, exp is read
#   name "Zoé":     base64url has _, valid false, exp is missing
#   name "Mrs Zoé": base64url has neither, valid true, exp is read
#   name "Ms Zoé":  base64url has _, valid false, exp is missing
set -eu
command -v npx >/dev/null || { echo "npx is needed" >&2; exit 2; }
script=$(realpath "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >token.ts <<'TS'
import PocketBase, { getTokenPayload } from "npm:pocketbase@0.28.1";

const exp = Math.floor(Date.now() / 1e9) * 1e6 + 2e6;

function base64url(value: unknown): string {
  return new TextEncoder().encode(JSON.stringify(value))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

for (const note of ["Ann", "Zoé", "Mrs Zoé", "Ms Zoé"]) {
  const payload = base64url({ type: "auth", id: "a23456789012345", exp, name: note });
  const token = `${base64url({ alg: "HS256", typ: "JWT" })}.${payload}.c2lnbmF0dXJl`;
  const client = new PocketBase("http://127.0.0.1");
  client.authStore.save(token, null);
  const own = ["-", "_"].filter((one) => payload.includes(one)).join(" and ");
  console.log(
    `${`name "${note}":`.padEnd(16)}base64url has ${own || "neither"}, valid ${client.authStore.isValid}, exp is ${
      getTokenPayload(token).exp === exp ? "read" : "missing"
    }`,
  );
}
TS
NO_COLOR=1 timeout 120 npx -y deno@2.9.6 run --quiet -A token.ts >seen
cat seen
sed -n 's/^#   //p' "$script" >expected
diff expected seen

import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  attachPath,
  type AttachRequest,
  parseAttachUrl,
} from "../../../src/terminal/attach/attach_request.ts";
import { TerminalProtocolError } from "../../../src/terminal/attach/protocol.ts";

function parse(path: string): AttachRequest | undefined {
  return parseAttachUrl(new URL(path, "https://example.com/terminal/"));
}

Deno.test("the address holds all parameters of an attach request", () => {
  const requests = fc.record({
    // A dot segment would be taken out of a URL.
    sessionId: fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 })
      .filter((id) => !/^\.{1,2}$/.test(id)),
    clientId: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    offset: fc.option(fc.maxSafeNat(), { nil: undefined }),
    name: fc.option(fc.stringMatching(/^[^\p{C}]{0,64}$/u), { nil: undefined }),
    serverId: fc.option(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), {
      nil: undefined,
    }),
  });
  fc.assert(fc.property(requests, (request) => {
    assertEquals(parse(attachPath(request)), request);
  }));
});

Deno.test("the address of another resource is no attach request", () => {
  for (const path of ["page.js", "sessions/a", "sessions//attach", "attach"]) {
    assertEquals(parse(path), undefined);
  }
});

for (
  const [path, message] of [
    ["sessions/a/attach", `"client" must be`],
    ["sessions/a/attach?client=", `"client" must be`],
    ["sessions/a/attach?client=a.b", `"client" must be`],
    ["sessions/a/attach?client=a&offset=", `"offset" must be`],
    ["sessions/a/attach?client=a&offset=-1", `"offset" must be`],
    ["sessions/a/attach?client=a&offset=1e3", `"offset" must be`],
    ["sessions/a/attach?client=a&offset=9999999999999999", `"offset" must be`],
    ["sessions/a/attach?client=a&name=%00", `"name" must be`],
    [`sessions/a/attach?client=a&name=${"a".repeat(65)}`, `"name" must be`],
    ["sessions/a/attach?client=a&server=", `"server" must be`],
    ["sessions/%ff/attach?client=a", "session is not UTF-8"],
    [`sessions/${"a".repeat(256)}/attach?client=a`, "over 255 characters"],
  ] as const
) {
  Deno.test(`${path.slice(0, 60)} is refused: ${message}`, () => {
    assertThrows(() => parse(path), TerminalProtocolError, message);
  });
}

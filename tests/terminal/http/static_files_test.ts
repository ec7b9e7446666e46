import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ActorSystem } from "../../../src/actor/system.ts";
import type { ServeTerminalOptions } from "../../../src/terminal/options.ts";
import { serveTerminal } from "../../../src/terminal/terminal_server.ts";
import { bounded } from "../../support/net.ts";
import { json, refusal } from "./responses.ts";
import { Served } from "../served.ts";

Deno.test(
  "the page and its files have a strict policy, and contain no secret",
  bounded,
  async () => {
    await using served = new Served();
    for (
      const [path, type] of [
        ["", "text/html"],
        ["?session=a", "text/html"],
        ["sessions.js", "text/javascript"],
        ["page.js", "text/javascript"],
        ["page.css", "text/css"],
      ]
    ) {
      const response = await served.request("GET", path ?? "");
      assertEquals<unknown>(response.status, 200, path);
      await response.body?.cancel();
      const header = (name: string) => response.headers.get(name) ?? "";
      assert(header("content-type").startsWith(type ?? ""), path);
      assertMatch(header("content-security-policy"), /default-src 'none'/);
      assert(!header("content-security-policy").includes("unsafe"));
      assertEquals<unknown>(header("referrer-policy"), "no-referrer");
      assertEquals<unknown>(header("x-content-type-options"), "nosniff");
      assertEquals<unknown>(header("x-frame-options"), "DENY");
    }
  },
);

Deno.test(
  "a page that a browser has cached is not sent again",
  bounded,
  async () => {
    await using served = new Served();
    const first = await served.request("GET", "page.css");
    await first.body?.cancel();
    const etag = first.headers.get("etag") ?? "";
    const again = await served.request("GET", "page.css", {
      headers: { "if-none-match": etag },
    });
    assertEquals<unknown>([again.status, await again.text()], [304, ""]);
  },
);

Deno.test("the server can be mounted below a path", bounded, async () => {
  await using served = new Served({ prefix: "/terminal" });
  const { status } = await json(served.request("GET", "terminal/health"));
  assertEquals<unknown>(status, "ok");
  assertEquals<unknown>(
    await refusal(served.request("GET", "health")),
    "404 not_found",
  );
});

Deno.test("serveTerminal() refuses invalid options", () => {
  const system = new ActorSystem();
  const bad: readonly ServeTerminalOptions[] = [
    { prefix: "terminal" },
    { commands: [] },
    { commands: [{ name: "a", command: "a" }, { name: "a", command: "b" }] },
    { hosts: ["http://localhost"] },
    { origins: ["https://example.com/"] },
  ];
  for (const options of bad) {
    assertThrows(() => serveTerminal(system, options), TypeError);
  }
  assertThrows(() => serveTerminal(system, { ticketMs: 0 }), RangeError);
  assertThrows(() => serveTerminal(system, { maxSessions: NaN }), RangeError);
  assertThrows(() => serveTerminal(system, { windowBytes: 0 }), RangeError);
});

import { assertEquals } from "@std/assert";
import { ticketIn } from "../../../src/terminal/page/sessions/server.ts";
import { sessionsOf } from "../../../src/terminal/page/sessions/session_facts.ts";
import {
  ago,
  detailsOf,
  nameOf,
} from "../../../src/terminal/page/sessions/session_words.ts";
import { viewerName } from "../../../src/terminal/page/viewer_name.ts";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const SESSION = {
  id: "a",
  command: "shell",
  role: "control",
  createdAt: "2026-11-30T09:00:00Z",
  columns: 80,
  rows: 24,
  viewers: 1,
  controllers: 1,
  exit: null,
  endedAt: null,
};

/** What the page says of a session with these fields. */
function say(fields: Readonly<Record<string, unknown>>): [string, string] {
  const [session] = sessionsOf([{ ...SESSION, ...fields }]);
  if (session === undefined) throw new TypeError("There is no session");
  return [nameOf(session), detailsOf(session, NOW).join(", ")];
}

Deno.test("a session is called by what runs in it, and its viewers by their roles", () => {
  assertEquals(say({}), [
    "shell",
    "started 3 h ago, 80×24, 1 in control, 1 watching",
  ]);
  const phone = { name: "a phone", role: "control", hidden: true };
  assertEquals(
    say({
      foreground: "vim",
      directory: "/home/ada",
      attached: [phone, { name: "", role: "view", hidden: false }],
    }),
    [
      "vim",
      "vim in shell, /home/ada, started 3 h ago, 80×24, a phone in control in the background, somebody watching",
    ],
  );
  assertEquals(say({ viewers: 0, controllers: 0, title: "make" }), [
    "make",
    "shell, started 3 h ago, 80×24, nobody is looking",
  ]);
  const endedAt = "2026-11-30T11:57:00Z";
  assertEquals(
    say({ exit: { code: 3, signal: null }, endedAt })[1],
    "started 3 h ago, ended with code 3 3 min ago",
  );
  assertEquals(
    say({ exit: { code: null, signal: "SIGKILL" }, endedAt })[1],
    "started 3 h ago, ended by SIGKILL 3 min ago",
  );
  assertEquals(sessionsOf("none"), []);
  assertEquals([0, 59_999, 60_000, 90_000_000].map(ago), [
    "a moment ago",
    "a moment ago",
    "1 min ago",
    "1 d ago",
  ]);
});

Deno.test("a ticket is found in a link, and alone", () => {
  for (
    const text of [
      "http://127.0.0.1:7681/#ticket=abc",
      " abc\n",
      "#ticket=abc",
    ]
  ) assertEquals(ticketIn(text), "abc");
});

Deno.test("viewerName() says what kind of machine a browser runs on", () => {
  const agent = (system: string) =>
    `Mozilla/5.0 (${system}) AppleWebKit/537.36`;
  assertEquals(viewerName(agent("Linux; Android 14; Mobile")), "a phone");
  assertEquals(viewerName(agent("iPad; CPU OS 17")), "a tablet");
  assertEquals(
    viewerName(agent("X11; Linux x86_64")),
    "a computer (Linux)",
  );
  assertEquals(viewerName(""), "another viewer");
});

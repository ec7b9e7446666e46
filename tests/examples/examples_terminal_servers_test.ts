import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { readAsciicast } from "../../src/terminal/mod.ts";
import {
  CLOSE_CODE_BASE,
  ErrorCode,
} from "../../src/terminal/attach/protocol.ts";
import { onPty } from "../pty/ptys.ts";
import { findProgram } from "../support/programs.ts";
import { Example, shows } from "../support/terminal_example.ts";
import type { Viewer } from "../terminal/served.ts";

const ROOT = new URL("../../", import.meta.url);
const PROGRAM_IN_README = /```ts ignore\n(.*?)```.*?run (--allow-.*?) \S+\.ts/s;

const missing = ["less", "top"].filter((program) =>
  findProgram(program) === undefined
);
if (missing.length > 0) {
  console.warn(`restricted_terminal.ts is not tested without ${missing}`);
}

/** Ctrl-C ends an example and what it has started, and viewers are told. */
async function interrupt(
  example: Example,
  { viewers, pids }: {
    readonly viewers: readonly Viewer[];
    readonly pids: readonly number[];
  },
): Promise<string[]> {
  assert(pids.length > 0);
  for (const pid of pids) Deno.kill(pid, "SIGCONT");
  assertEquals(await example.end("SIGINT"), { code: 0, stderr: "" });
  for (const viewer of viewers) {
    assertEquals(await viewer.closed, CLOSE_CODE_BASE + ErrorCode.GOING_AWAY);
  }
  for (const pid of pids) {
    assertThrows(() => Deno.kill(pid, "SIGCONT"), Deno.errors.NotFound);
  }
  return await example.rest();
}

Deno.test(
  "examples/shared_terminal.ts prints links to control everything, to type into one session and to watch it",
  onPty,
  async () => {
    await using example = await Example.run("shared_terminal.ts");
    const [all, one, watch] = await example.until("Ctrl-C");
    const owner = await example.follow(all);
    const colleague = await example.follow(one);
    const guest = await example.follow(watch);
    const [{ id = "", pid = 0 } = {}] = await guest.sessions();
    const { viewer: first } = await owner.open(id);
    const { viewer: second } = await colleague.open(id);
    const { viewer: third, role } = await guest.open(id);
    assertEquals(role, "view");
    first.type(1, "echo first$((6*7))\r");
    await Promise.all([first, second, third].map((v) => shows(v, "first42")));
    second.type(1, "echo second$((6*7))\r");
    await Promise.all([first, second, third].map((v) => shows(v, "second42")));
    assertEquals((await owner.post("sessions", {})).status, 201);
    for (const other of [colleague, guest]) {
      assertEquals((await other.post("sessions", {})).status, 403);
      assertEquals((await other.sessions()).map(({ pid }) => pid), [pid]);
    }
    const pids = (await owner.sessions()).map(({ pid }) => pid);
    assertEquals(pids.length, 2);
    const viewers = [first, second, third];
    assertEquals(await interrupt(example, { viewers, pids }), []);
  },
);

Deno.test(
  "examples/restricted_terminal.ts runs its two programs and nothing else",
  { ...onPty, ignore: onPty.ignore || missing.length > 0 },
  async () => {
    await using example = await Example.run("restricted_terminal.ts");
    const [control, view] = await example.until("Ctrl-C");
    const owner = await example.follow(control);
    const guest = await example.follow(view);
    const sessions = await owner.sessions();
    const [read, watch] = sessions;
    assertEquals(sessions.map(({ command }) => command), ["read", "watch"]);
    const { viewer: reader } = await owner.open(read?.id ?? "");
    await shows(reader, "Troupe");
    reader.type(1, "!");
    await shows(reader, "not available");
    const { viewer: onlooker, role } = await guest.open(watch?.id ?? "");
    assertEquals(role, "view");
    await shows(onlooker, "load average");
    for (
      const refused of [
        { command: "sh" },
        { command: "less" },
        { command: "read", args: ["/etc/passwd"] },
        { command: "read", cwd: "relative" },
      ]
    ) assertEquals((await owner.post("sessions", refused)).status, 403);
    const allowed = { command: "watch" };
    assertEquals((await guest.post("sessions", allowed)).status, 403);
    assertEquals((await owner.post("sessions", allowed)).status, 201);
    const variables = await Deno.readTextFile(`/proc/${read?.pid}/environ`);
    const names = variables.split("\0").filter((pair) => pair !== "")
      .map((pair) => pair.split("=")[0]).sort();
    assertEquals(names, [
      "COLORTERM",
      "LANG",
      "LESSSECURE",
      "PATH",
      "PWD",
      "TERM",
    ]);
    const pids = (await owner.sessions()).map(({ pid }) => pid);
    const viewers = [reader, onlooker];
    assertEquals(await interrupt(example, { viewers, pids }), []);
  },
);

Deno.test(
  "examples/recorded_terminal.ts records each session to a file, whole after Ctrl-C",
  onPty,
  async () => {
    const TMPDIR = await Deno.makeTempDir();
    try {
      await using example = await Example.run("recorded_terminal.ts", {
        TMPDIR,
      });
      const [link] = await example.until("Ctrl-C");
      const owner = await example.follow(link);
      for (const _ of [1, 2]) {
        assertEquals((await owner.post("sessions", {})).status, 201);
      }
      const sessions = await owner.sessions();
      const viewers: Viewer[] = [];
      for (const { id } of sessions) {
        const { viewer } = await owner.open(id);
        viewer.type(1, `echo $((6*7)) ${id}\r`);
        await shows(viewer, `42 ${id}`);
        viewers.push(viewer);
      }
      const pids = sessions.map(({ pid }) => pid);
      const paths = await interrupt(example, { viewers, pids });
      assertEquals(paths.length, 2);
      for (const { id } of sessions) {
        const path = paths.find((path) => path.endsWith(`/${id}.cast`)) ?? "";
        assert(path.startsWith(TMPDIR));
        const { readable } = await Deno.open(path);
        await using cast = await readAsciicast(readable);
        const events = await Array.fromAsync(cast.events);
        const shown = events.map((event) =>
          event.type === "output" ? event.text : ""
        );
        assert(shown.join("").includes(`42 ${id}`));
        assertEquals(events.at(-1)?.type, "exit");
      }
    } finally {
      await Deno.remove(TMPDIR, { recursive: true });
    }
  },
);

Deno.test(
  "examples/terminal_in_router.ts follows its users: a login, a change of role, a log-out, a deleted user",
  onPty,
  async () => {
    await using example = await Example.run("terminal_in_router.ts");
    const [address = ""] = await example.until("Ctrl-C");
    const at = new URL("/", address).href;
    const get = async (path: string, cookie = "") => {
      const headers = { cookie };
      const response = await fetch(at + path, { headers, redirect: "manual" });
      await response.body?.cancel();
      return response;
    };
    const enter = async (user: string) => {
      const { headers } = await get(`login?user=${user}`);
      const cookie = headers.get("set-cookie")?.split(";")[0] ?? "";
      const link = (await get("open", cookie)).headers.get("location") ?? "";
      return { cookie, browser: await example.follow(link, cookie) };
    };
    const isOut = async (viewer: Viewer, why: string) => {
      assertEquals((await viewer.next("error")).text, why);
      const code = CLOSE_CODE_BASE + ErrorCode.UNAUTHORIZED;
      assertEquals(await viewer.closed, code);
    };
    assertEquals((await get("open")).status, 404);
    const ada = await enter("ada");
    const bob = await enter("bob");
    assertEquals((await ada.browser.post("sessions", {})).status, 201);
    assertEquals((await bob.browser.post("sessions", {})).status, 403);
    const [{ id = "", pid = 0 } = {}] = await ada.browser.sessions();
    const admin = await ada.browser.open(id);
    admin.viewer.type(1, "echo router$((6*7))\r");
    await shows(admin.viewer, "router42");
    // A change of role in both directions.
    await get("role?user=bob&role=control", ada.cookie);
    const raised = await bob.browser.open(id);
    await get("role?user=bob&role=view", ada.cookie);
    await isOut(raised.viewer, "Your role has changed: reload the page");
    const lowered = await bob.browser.open(id);
    assertEquals([raised.role, lowered.role], ["control", "view"]);
    // A log-out, and a deleted user.
    await get("logout", bob.cookie);
    await isOut(lowered.viewer, "You have logged out");
    const again = await enter("bob");
    const watching = await again.browser.open(id);
    await get("delete?user=bob", ada.cookie);
    await isOut(watching.viewer, "This user was deleted");
    assertEquals((await again.browser.post("sessions", {})).status, 401);
    await interrupt(example, { viewers: [admin.viewer], pids: [pid] });
  },
);

Deno.test(
  "examples/pty_session.ts shows what a program writes, and its exit",
  onPty,
  async () => {
    await using example = await Example.run("pty_session.ts");
    assertEquals(await example.rest(), [
      "Your name? Briseis",
      "Hello, Briseis",
      "{ code: 0, signal: undefined, error: undefined }",
    ]);
    assertEquals(await example.end(), { code: 0, stderr: "" });
  },
);

Deno.test(
  "the terminal in the README runs with the permissions that are stated there",
  onPty,
  async () => {
    const readme = await Deno.readTextFile(new URL("README.md", ROOT));
    const found = readme.match(PROGRAM_IN_README);
    assert(found, "there is no such program");
    const [, source = "", flags = ""] = found;
    const permissions = flags.split(/[\s\\]+/);
    await using example = new Example([...permissions, "-"], { source });
    const link = (await example.until("http://")).at(-1);
    const owner = await example.follow(link);
    assertEquals((await owner.post("sessions", {})).status, 201);
    const [{ id = "" } = {}] = await owner.sessions();
    const { viewer } = await owner.open(id);
    viewer.type(1, "echo readme$((6*7))\r");
    await shows(viewer, "readme42");
    // Nothing in it waits for Ctrl-C: that ends it, and so its terminals.
    const { code, stderr } = await example.end("SIGINT");
    assertEquals(code, 130);
    assertMatch(stderr, /^$/);
    await viewer.closed;
  },
);

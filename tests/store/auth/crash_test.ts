import { assert, assertEquals, assertRejects } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { ActorSystem } from "../../../src/actor/mod.ts";
import { InvalidTokenError } from "../../../src/store/auth/auth_errors.ts";
import { resolveAuthOptions } from "../../../src/store/auth/auth_options.ts";
import { openAuthParts } from "../../../src/store/auth/auth_parts.ts";
import { StoreAuth } from "../../../src/store/auth/store_auth.ts";
import type { Engine } from "../../../src/store/engine/engine.ts";
import { recordOf } from "../../../src/store/schema/record_row.ts";
import { isSlow } from "../../support/slow.ts";
import { collections, openFile } from "./counted_engine.ts";

const RUNS = isSlow ? 6 : 2;
const PROGRAM = new URL("crash_program.ts", import.meta.url);

/** What a program that was killed has said. */
interface Said {
  /** The tokens of sessions since the last password. */
  readonly tokens: string[];
  /** The password that was set last. */
  password: string;
  /** A reset that was begun, and may have been done. */
  tried: { readonly token: string; readonly password: string } | undefined;
}

async function opened(
  engine: Engine,
  system: ActorSystem,
): Promise<{ auth: StoreAuth; parts: ReturnType<typeof openAuthParts> }> {
  const parts = await openAuthParts({
    engine,
    collections,
    readRecord: recordOf,
    clock: system.clock,
  }, resolveAuthOptions({ maxSessions: 1_000_000 }));
  return { auth: new StoreAuth(parts), parts };
}

/** Runs the program, kills it after so many lines, and takes in what it said. */
async function killAfter(
  lines: number,
  args: readonly string[],
  said: Said,
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", PROGRAM.pathname, ...args],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  let count = 0;
  for await (const line of output) {
    const [, kind, rest = ""] = /^(\w+) (.*)$/.exec(line) ?? [];
    if (kind === "session") said.tokens.push(rest);
    else if (kind === "try") {
      const [token = ""] = rest.split(" ", 1);
      said.tried = { token, password: rest.slice(token.length + 1) };
    } else if (kind === "reset") {
      said.password = rest;
      said.tokens.length = 0;
      said.tried = undefined;
    }
    // What is in the pipe by then was said, too.
    if (++count === lines) child.kill("SIGKILL");
  }
  await child.status;
  assert(count >= lines, "the program has ended before it was killed");
}

Deno.test("a process that is killed leaves every session that was answered, and no half one", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/auth.db`;
  const id = "account00000000";
  const said: Said = { tokens: [], password: "password 0", tried: undefined };
  try {
    {
      await using system = new ActorSystem();
      await using engine = await openFile(system, path);
      const { auth, parts } = await opened(engine, system);
      const { hidden } = await parts.records.prepare({
        collection: "users",
        id: undefined,
        data: { email: "ann@example.com", password: said.password },
        who: "program",
      }, {});
      const at = "2026-01-02 03:04:05.678Z";
      const row = { id, created: at, updated: at, name: "", ...hidden };
      const flags = { emailVisibility: 0n, verified: 0n };
      await engine.write({
        steps: [{
          kind: "create",
          collection: "users",
          row: { ...row, ...flags, email: "ann@example.com" },
        }],
      });
      await auth.close();
    }
    for (let run = 1; run <= RUNS; run++) {
      const lines = 20 + Math.floor(Math.random() * 150);
      await killAfter(lines, [path, id, `${run}`], said);
      await using system = new ActorSystem();
      await using engine = await openFile(system, path);
      const { auth } = await opened(engine, system);
      assertEquals(await engine.integrityCheck(), []);
      const { tried } = said;
      const logIn = (password: string) =>
        auth.authWithPassword("users", "ann@example.com", password);
      const isReset = tried !== undefined &&
        await logIn(tried.password).then(() => true, () => false);
      if (tried !== undefined && isReset) {
        // It was done, and not answered: all of it is.
        await assertRejects(
          () => auth.confirmPasswordReset("users", tried.token, "password 1"),
          InvalidTokenError,
        );
        for (const token of said.tokens) {
          assertEquals(await auth.find(token), undefined);
        }
        said.password = tried.password;
        said.tokens.length = 0;
      } else {
        await logIn(said.password);
        for (const token of said.tokens) {
          assert(await auth.find(token) !== undefined, `after ${lines} lines`);
        }
      }
      said.tried = undefined;
      // Those that were not answered, and the logins of this test.
      const all = await auth.sessionsOf("users", id);
      assert(all.length >= said.tokens.length);
      for (const { id: session, createdAt, expiresAt } of all) {
        assert(session.length === 36 && expiresAt > createdAt);
      }
      await auth.close();
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

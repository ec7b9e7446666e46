import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  DEFAULT_COST,
  isCurrent,
  isStrongEnough,
  noHash,
  readHash,
} from "../../../src/store/auth/password_cost.ts";
import {
  PasswordHasher,
  UncheckableHash,
} from "../../../src/store/auth/password_hasher.ts";
import { cpuTimeMs } from "../../support/cpu_time.ts";
import { passwordBytes } from "../../../src/store/auth/password_rules.ts";

const right = passwordBytes("correct horse battery staple");
const wrong = passwordBytes("correct horse battery stable");
const withoutAddOn = (): PasswordHasher =>
  new PasswordHasher(
    DEFAULT_COST,
    () => Promise.reject(new Error("there is no add-on")),
  );

Deno.test("a password is hashed with argon2id at OWASP's least cost or more", async () => {
  const hasher = new PasswordHasher(DEFAULT_COST);
  const hash = await hasher.hash(right);
  assertMatch(
    hash,
    /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/,
  );
  assert(await hasher.verify(hash, right));
  assert(!await hasher.verify(hash, wrong));
  assert(await hasher.isCurrent(hash));
  // Each has a salt of its own.
  assert(await hasher.hash(right) !== hash);
});

Deno.test("only costs that OWASP recommends, or higher ones, are strong enough", () => {
  for (
    const [memoryKiB, passes] of [[19_456, 2], [47_104, 1], [7_168, 5], [
      100_000,
      3,
    ]] as const
  ) assert(isStrongEnough({ memoryKiB, passes }), `${memoryKiB} × ${passes}`);
  for (
    const [memoryKiB, passes] of [[19_455, 2], [19_456, 1], [7_167, 9], [
      8,
      1000,
    ]] as const
  ) assert(!isStrongEnough({ memoryKiB, passes }), `${memoryKiB} × ${passes}`);
});

Deno.test("without the add-on a password is hashed with scrypt, and the hash says so", async () => {
  const hasher = withoutAddOn();
  const hash = await hasher.hash(right);
  assertMatch(
    hash,
    /^\$scrypt\$ln=15,r=8,p=3\$[\w+/]{22}\$[\w+/]{43}$/,
  );
  assertEquals(await hasher.algorithm(), "scrypt");
  assert(await hasher.verify(hash, right));
  assert(!await hasher.verify(hash, wrong));
  assert(await hasher.isCurrent(hash));
  // Where the add-on is, it can be checked too, and is out of date.
  const other = new PasswordHasher(DEFAULT_COST);
  assert(await other.verify(hash, right));
  assert(!await other.isCurrent(hash));
});

Deno.test("a hash of argon2id is no wrong password where the add-on is missing", async () => {
  const hash = await new PasswordHasher(DEFAULT_COST).hash(right);
  await assertRejects(
    () => withoutAddOn().verify(hash, right),
    UncheckableHash,
    "its add-on cannot be loaded: there is no add-on",
  );
});

Deno.test("a hash of a lower or higher cost is out of date, and still checked", async () => {
  const dear = new PasswordHasher({ memoryKiB: 20_000, passes: 3 });
  const cheap = new PasswordHasher(DEFAULT_COST);
  const hash = await cheap.hash(right);
  assert(await dear.verify(hash, right));
  assert(!await dear.isCurrent(hash));
  assert(!isCurrent(await dear.hash(right), "argon2id", DEFAULT_COST));
});

Deno.test("a hash of no password has the cost of a real one, and no password is its", async () => {
  for (const algorithm of ["argon2id", "scrypt"] as const) {
    const stored = noHash(algorithm, DEFAULT_COST);
    assert(isCurrent(stored, algorithm, DEFAULT_COST));
    assertEquals(readHash(stored)?.algorithm, algorithm);
  }
  const hasher = new PasswordHasher(DEFAULT_COST);
  assert(!await hasher.verify(undefined, right));
  assert(!await hasher.verify(noHash("argon2id", DEFAULT_COST), right));
});

Deno.test("a stored hash that nobody here has written is refused by its kind", async () => {
  const hasher = new PasswordHasher(DEFAULT_COST);
  for (
    const stored of [
      "",
      "correct horse battery staple",
      "$2b$12$abcdefghijklmnopqrstuv",
      "$argon2d$v=19$m=19456,t=2,p=1$AAAA$AAAA",
      "$scrypt$ln=1,r=1,p=1$AAAA$AAAA",
    ]
  ) await assertRejects(() => hasher.verify(stored, right), UncheckableHash);
});

Deno.test("hashes are made beside the thread that serves", {
  ignore: Deno.build.os !== "linux",
}, async () => {
  for (const hasher of [new PasswordHasher(DEFAULT_COST), withoutAddOn()]) {
    await hasher.hash(right);
    const [thread, all] = [threadTimeMs(), cpuTimeMs()];
    await hasher.hash(right);
    const used = threadTimeMs() - thread;
    const spent = cpuTimeMs() - all;
    assert(used < spent / 2, `${used} of ${spent} ms on this thread`);
  }
});

/** Milliseconds of processor time that this thread has used. */
function threadTimeMs(): number {
  const [ns] = Deno.readTextFileSync("/proc/thread-self/schedstat").split(" ");
  return Number(ns) / 1e6;
}

Deno.test("a program without the permission for add-ons hashes with scrypt, and is asked for nothing", async () => {
  const source = new URL(
    "../../../src/store/auth/password_hasher.ts",
    import.meta.url,
  );
  const program = `
    import { PasswordHasher } from ${JSON.stringify(source.href)};
    const hasher = new PasswordHasher({ memoryKiB: 19456, passes: 2 });
    console.log(await hasher.algorithm(), String(hasher.whyScrypt));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      `data:text/typescript,${encodeURIComponent(program)}`,
    ],
    cwd: new URL("../../../", import.meta.url),
  }).output();
  assertEquals(
    new TextDecoder().decode(stdout).trim(),
    "scrypt NotCapable: it requires --allow-ffi, --allow-env and, on Linux, --allow-read=/usr/bin/ldd; --allow-ffi is missing",
    new TextDecoder().decode(stderr),
  );
});

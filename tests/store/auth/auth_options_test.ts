import { assert, assertEquals, assertThrows } from "@std/assert";
import { resolveAuthOptions } from "../../../src/store/auth/auth_options.ts";
import { hashesAtOnce } from "../../../src/store/auth/hash_capacity.ts";

Deno.test("the options of authentication have defaults, and refuse what they cannot use", () => {
  const options = resolveAuthOptions();
  assertEquals(options.hashMemoryKiB, 19_456);
  assert(options.hashesAtOnce >= 1);
  assertThrows(
    () => resolveAuthOptions({ hashPasses: 1 }),
    RangeError,
    "Cannot use hashMemoryKiB and hashPasses: they are 19456 and 1",
  );
  resolveAuthOptions({ hashPasses: 1, hashMemoryKiB: 47_104 });
  assertThrows(
    () => resolveAuthOptions({ minPasswordBytes: 100, maxPasswordBytes: 64 }),
    RangeError,
    "Cannot use minPasswordBytes",
  );
  assertThrows(
    () => resolveAuthOptions({ sessionIdleMs: 0 }),
    RangeError,
    "Cannot use sessionIdleMs",
  );
  const misspelt: object = { sessionIdleMS: 1 };
  assertThrows(
    () => resolveAuthOptions(misspelt),
    TypeError,
    'did you mean "sessionIdleMs"?',
  );
  const wrong: object = { onMail: "mail" };
  assertThrows(() => resolveAuthOptions(wrong), TypeError, "onMail");
});

Deno.test("so many hashes are made at once as leave a core, and fit an eighth of the memory", () => {
  const GIB = 2 ** 30;
  assertEquals(hashesAtOnce(1, 8 * GIB, 19_456), 1);
  assertEquals(hashesAtOnce(2, 8 * GIB, 19_456), 1);
  assertEquals(hashesAtOnce(8, 8 * GIB, 19_456), 7);
  assertEquals(hashesAtOnce(8, GIB / 2, 19_456), 3);
  assertEquals(hashesAtOnce(8, GIB / 32, 19_456), 1);
  assertEquals(hashesAtOnce(256, Infinity, 19_456), 64);
});

import { assertEquals, assertMatch } from "@std/assert";
import { differences, fingerprint } from "../../src/compare/fingerprint.ts";

Deno.test("fingerprint() has host, runtime and configuration", async () => {
  const here = await fingerprint({ users: 10 });
  assertEquals(here.hostname, Deno.hostname());
  assertEquals(here.deno, Deno.version.deno);
  assertEquals(here.cores >= 1, true);
  assertMatch(here.configuration, /^[0-9a-f]{64}$/);
  assertEquals(differences(here, await fingerprint({ users: 10 })), []);
});

Deno.test("differences() lists what differs, with both values", async () => {
  const here = await fingerprint({ users: 10 });
  assertEquals(differences({ ...here, cores: 999, cpu: "Z80" }, here), [
    `cpu is Z80 there and ${here.cpu} here`,
    `cores is 999 there and ${here.cores} here`,
  ]);
  const other = await fingerprint({ users: 11 });
  assertEquals(differences(here, other), [
    `configuration is ${here.configuration} there and ${other.configuration} here`,
  ]);
});

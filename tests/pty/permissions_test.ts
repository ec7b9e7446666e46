import { assertEquals, assertStringIncludes } from "@std/assert";
import { onPty } from "./ptys.ts";

const MOD = new URL("../../src/pty/mod.ts", import.meta.url).href;
const ACTOR = new URL("../../src/actor/mod.ts", import.meta.url).href;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** What comes of a spawn by a process that has these permissions. */
async function spawnWith(...flags: string[]): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    file,
    `import { ActorSystem } from ${JSON.stringify(ACTOR)};
    import { ptySupervisor, spawnPty } from ${JSON.stringify(MOD)};
    await using system = new ActorSystem();
    const supervisor = system.spawn(ptySupervisor());
    const env = { PATH: "/usr/bin:/bin" };
    const came = await spawnPty(supervisor, { command: "cat", cwd: "/", env }).then(
      () => "spawned",
      (error) => error.name + ": " + error.message,
    );
    console.log(came);`,
  );
  try {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--no-check",
        `--config=${CONFIG}`,
        ...flags,
        file,
      ],
    }).output();
    return new TextDecoder().decode(stdout) ||
      new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(file);
  }
}

const NEEDED = ["read", "run=cat", "ffi", "write"];

Deno.test(
  "a spawn with just the permissions that it needs succeeds",
  onPty,
  async () => {
    const flags = NEEDED.map((name) => `--allow-${name}`);
    assertEquals(await spawnWith(...flags), "spawned\n");
  },
);

for (const missing of NEEDED) {
  Deno.test(
    `a spawn without --allow-${missing} is refused with an error that names the flag`,
    onPty,
    async () => {
      const others = NEEDED.filter((name) => name !== missing);
      const came = await spawnWith(...others.map((name) => `--allow-${name}`));
      assertStringIncludes(came, "PtyPermissionError: Cannot spawn cat");
      assertStringIncludes(came, `--allow-${missing}`);
    },
  );
}

Deno.test(
  "a program that may not be run is refused, although native code could run it",
  onPty,
  async () => {
    const came = await spawnWith(
      "--allow-read",
      "--allow-write",
      "--allow-ffi",
      "--allow-run=ls",
    );
    assertStringIncludes(came, "PtyPermissionError: Cannot spawn cat");
  },
);

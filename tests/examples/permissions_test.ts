import { assertEquals, assertThrows } from "@std/assert";
import { isGranted } from "../../examples/support/flags.ts";
import { bounded } from "../support/net.ts";

const ROOT = new URL("../../", import.meta.url);

/** Runs a command line, and gives its exit code and its standard error. */
async function run(line: string): Promise<[code: number, stderr: string]> {
  const [, ...args] = line.split(" ");
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  return [code, new TextDecoder().decode(stderr)];
}

for (
  const [given, path, needed] of [
    ["", "examples/echo.ts", "--allow-net=127.0.0.1"],
    ["--allow-net=127.0.0.2", "examples/echo.ts", "--allow-net=127.0.0.1"],
    ["", "examples/load/api_server.ts", "--allow-net=127.0.0.1"],
    ["--allow-read", "examples/terminal/main.ts", "-A"],
    [
      "--allow-net=127.0.0.1 --allow-read=docs",
      "examples/mutual_tls.ts",
      "--allow-net=127.0.0.1 --allow-read=examples/certificates",
    ],
  ] as const
) {
  Deno.test(
    `${path} with ${given || "no permission"} says which line to type`,
    bounded,
    async () => {
      const line = ["deno run", given, path].filter(Boolean).join(" ");
      assertEquals(await run(line), [
        1,
        `${path} needs permissions that it was not given. Type:

  deno run ${needed} ${path}

`,
      ]);
    },
  );
}

Deno.test("isGranted() checks each value of a flag, and knows no other flag", () => {
  // The suite runs with all permissions.
  for (
    const flag of ["-A", "--allow-run=sh,cat", "--allow-env", "--allow-sys"]
  ) {
    assertEquals(isGranted(flag), true);
  }
  for (const flag of ["--allow-hope", "--deny-net", "--allow-sys=cpus"]) {
    assertThrows(() => isGranted(flag), TypeError, `Cannot check ${flag}`);
  }
});

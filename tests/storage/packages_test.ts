// What only some storages need is loaded when one of them is used.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { optionalPackage } from "../../src/storage/optional_package.ts";
import { StoragePackageError } from "../../src/storage/mod.ts";

const ROOT = new URL("../../", import.meta.url);

/** What `deno info --json` says, as far as it is read here. */
interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: unknown;
      readonly isDynamic?: boolean;
    }[];
  }[];
}

Deno.test("importing the storages loads no package", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "src/storage/mod.ts"],
    cwd: ROOT,
  }).output();
  const info: Info = JSON.parse(new TextDecoder().decode(stdout));
  const packages = info.modules
    .filter(({ specifier }) => specifier.startsWith(`${ROOT}src/`))
    .flatMap(({ dependencies = [] }) => dependencies)
    .filter(({ specifier, code }) =>
      code !== undefined && /^(?:npm:|@?[a-z])/.test(specifier) &&
      !/^(?:node:|@std\/)/.test(specifier)
    );
  assert(info.modules.length > 10);
  assertEquals(
    packages.map(({ specifier, isDynamic }) => [specifier, isDynamic]).sort(),
    [["@azure/storage-blob", true], ["aws4fetch", true]],
  );
});

Deno.test("a package that is missing is an error that says what to install, until it is there", async () => {
  let isInstalled = false;
  let loads = 0;
  const load = optionalPackage("npm:left-pad@1", () => {
    loads++;
    return isInstalled
      ? Promise.resolve({ pad: true })
      : Promise.reject(new TypeError("Cannot find module"));
  });
  await assertRejects(
    load,
    StoragePackageError,
    'Cannot load npm:left-pad@1: Cannot find module. Install it, such as by "deno add npm:left-pad@1"',
  );
  isInstalled = true;
  assertEquals([await load(), await load()], [{ pad: true }, { pad: true }]);
  assertEquals(loads, 2);
});

Deno.test("a permission that is missing is an error that names its flag", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-env",
      new URL("permission_in_process.ts", import.meta.url).pathname,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assertEquals(lines.map((line) => JSON.parse(line).code), [
    "NotCapable",
    "NotCapable",
    "NotCapable",
    "NotCapable",
  ]);
  for (
    const [index, flag] of [
      "--allow-read",
      "--allow-net",
      "--allow-sys=osRelease",
      "--allow-net",
    ].entries()
  ) assert(JSON.parse(lines[index] ?? "").message.includes(flag), lines[index]);
});

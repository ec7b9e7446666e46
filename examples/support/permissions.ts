/**
 * Ends an example that lacks a permission, and says which line to type. It reads
 * the permissions in the first comment of the program that has imported it.
 *
 * @module
 */
import { isGranted } from "./flags.ts";

const ROOT = new URL("../../", import.meta.url).href;

const { default: source } = await import(Deno.mainModule, {
  with: { type: "text" },
});
const [, stated = ""] = source.match(/^ \* Permissions: (-.*)$/m) ?? [];
const flags = stated.split(" ").filter((flag: string) => flag !== "");
if (!flags.every(isGranted) && !Deno.args.includes("--help")) {
  const path = Deno.mainModule.replace(ROOT, "");
  const line = ["deno run", ...flags, path, ...Deno.args].join(" ");
  console.error(`${path} needs permissions that it was not given. Type:

  ${line}
`);
  Deno.exit(1);
}

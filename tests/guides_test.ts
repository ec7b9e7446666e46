// What the guides tell to save and run, saved and run. Their TypeScript is run
// by `deno task ok` like all examples in documents.
import { assert, assertEquals } from "@std/assert";
import { bounded } from "./support/net.ts";

const ROOT = new URL("../", import.meta.url);

/** The blocks of code of a guide, by their language. */
async function blocks(guide: string, language: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(`docs/guides/${guide}`, ROOT));
  const found = text.matchAll(
    new RegExp(`^\`\`\`${language}.*\\n([^]*?)^\`\`\`$`, "gm"),
  );
  return [...found].map(([, code = ""]) => code);
}

Deno.test(
  "the load test of the guide passes on the service of the guide",
  bounded,
  async () => {
    const directory = await Deno.makeTempDir();
    try {
      const [scenario = ""] = await blocks("load_test.md", "yaml");
      const [service = ""] = await blocks("load_test.md", "ts");
      await Deno.writeTextFile(`${directory}/shop.yaml`, scenario);
      await Deno.writeTextFile(`${directory}/shop.ts`, service);
      const short = ["rampUpMs=0", "steadyMs=500", "rampDownMs=0"];
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--allow-all",
          "--no-check",
          `--config=${new URL("deno.json", ROOT).pathname}`,
          new URL("src/load/cli/main.ts", ROOT).href,
          ...short.flatMap((phase) => ["--set", `phases.${phase}`]),
          "--set",
          "criteria.0.value=10000",
          "--no-page",
          "--out=report",
          "shop.yaml",
        ],
        cwd: directory,
        env: { PATH: `${pathOfDeno()}:${Deno.env.get("PATH")}`, NO_COLOR: "1" },
      }).output();
      const text = new TextDecoder().decode(stdout);
      const said = text + new TextDecoder().decode(stderr);
      // 3: this machine was too busy to say anything about the service.
      assert(code === 0 || code === 3, said);
      const result = await Deno.readTextFile(`${directory}/report/result.json`);
      const { total } = JSON.parse(result);
      assert(total.ok > 0, said);
      assertEquals([total.failed, total.timedOut], [0, 0], said);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

/** Where the scenario finds `deno`, which need not be on the `PATH`. */
function pathOfDeno(): string {
  return Deno.execPath().replace(/\/[^/]*$/, "");
}

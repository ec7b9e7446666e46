// A stub in Node, over real sockets that are cut.
import { assert, assertEquals } from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import { expose, implement } from "../../src/remote/mod.ts";
import { listen } from "../../src/tcp/listener.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { findProgram } from "../support/programs.ts";
import { Log } from "./modules/stub_user.ts";

const node = findProgram("node");
const COUNT = 2000;

/** Runs a program and returns what it prints. */
async function output(
  program: string,
  ...args: readonly string[]
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr).slice(-2000));
  return decoder.decode(stdout);
}

Deno.test("A stub is the same in Node, where its messages survive every cut", {
  timeout: 60_000,
  ignore: node === undefined,
}, async () => {
  await using system = new ActorSystem();
  const noted: number[] = [];
  const log = implement(Log, {
    note(n) {
      noted.push(n);
      if (n % 200 === 150) proxy.cut();
    },
    count: () => noted.length,
    async *numbers(end) {
      for (let n = 0; n < end; n++) yield n;
    },
  });
  await using listener = listen(system, { port: 0, ...expose(system, [log]) });
  await using proxy = new FaultProxy(listener.address);
  const user = new URL("modules/stub_user.ts", import.meta.url).href;
  const args = ["bundle", "--quiet", "--platform", "browser", user];
  const script = await output(Deno.execPath(), ...args);
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/stub.mjs`, script);
    await Deno.writeTextFile(
      `${directory}/main.mjs`,
      `import { useStub } from "./stub.mjs";
      console.log(JSON.stringify(
        await useStub(${JSON.stringify(proxy.address)}, ${COUNT}),
      ));`,
    );
    const printed = await output(node ?? "node", `${directory}/main.mjs`);
    const { noted: counted, numbers } = JSON.parse(printed);
    assertEquals(counted, COUNT);
    assertEquals(numbers, Array.from({ length: 100 }, (_, n) => n));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  assertEquals(noted, Array.from({ length: COUNT }, (_, n) => n));
  assert(proxy.cuts >= 10);
});

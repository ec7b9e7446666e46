import { assert, assertEquals, assertRejects } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { ActorSystem } from "../../src/actor/system.ts";
import { cores } from "../../src/cores/cores.ts";
import { CoreStartError } from "../../src/cores/errors.ts";
import { address } from "./modules/topics.ts";

const onLinux = { ignore: Deno.build.os !== "linux" };
const ROOT = new URL("../../", import.meta.url);

Deno.test("workers serve HTTP on one port", onLinux, async () => {
  await using system = new ActorSystem();
  await using service = await cores(
    system,
    new URL("./modules/http.ts", import.meta.url),
    { count: 2 },
  );
  const { port } = await service.ask(0, address, undefined);
  assertEquals((await service.ask(1, address, undefined)).port, port);
  const seen = new Set<string>();
  while (seen.size < 2) {
    // A client of its own each time, for a socket of its own.
    using client = Deno.createHttpClient({});
    const response = await fetch(`http://127.0.0.1:${port}/`, { client });
    seen.add(await response.text());
  }
  assertEquals([...seen].sort(), ["worker 0", "worker 1"]);
});

Deno.test(
  "a program on workers needs to read its modules and use its ports, and Ctrl-C ends it in order",
  onLinux,
  async () => {
    await using program = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-check",
        "--unstable-net",
        "--allow-net=127.0.0.1",
        `--allow-read=${ROOT.pathname}`,
        new URL("./modules/program.ts", import.meta.url).href,
      ],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const lines = program.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    const stderr = new Response(program.stderr).text();
    assertEquals((await lines.read()).value, "echoed 7");
    program.kill("SIGINT");
    assertEquals((await lines.read()).value, "closed in order");
    assertEquals((await lines.read()).done, true);
    assertEquals(await stderr, "");
    assertEquals((await program.status).code, 0);
  },
);

Deno.test(
  "a missing flag is an error before anything starts",
  onLinux,
  async () => {
    for (
      const [flags, has] of [
        [[], "false"],
        [["--unstable-net"], "true"],
      ] as const
    ) {
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["eval", "--no-config", ...flags, SHOW],
        cwd: Deno.build.os === "windows" ? "C:\\" : "/",
      }).output();
      assertEquals(new TextDecoder().decode(stdout).trim(), has);
    }
    await using system = new ActorSystem();
    const property = Object.getOwnPropertyDescriptor(Deno, "listenDatagram");
    assert(property !== undefined);
    assert(Reflect.deleteProperty(Deno, "listenDatagram"));
    try {
      const start = (options: object) =>
        cores(system, new URL("./modules/plain.ts", import.meta.url), options);
      await assertRejects(
        () => start({ count: 2 }),
        CoreStartError,
        "run with --unstable-net",
      );
      assertEquals(system.tree().children, []);
      // These share no port.
      await using _one = await start({ count: 1 });
      await using _two = await start({ count: 2, spread: "first_worker" });
    } finally {
      Object.defineProperty(Deno, "listenDatagram", property);
    }
  },
);

const SHOW = `console.log("listenDatagram" in Deno)`;

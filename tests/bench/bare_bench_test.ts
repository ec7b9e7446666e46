import { assertEquals, assertStringIncludes } from "@std/assert";
import { bounded } from "../support/net.ts";

Deno.test(
  "deno bench without permissions skips what needs some, and says what to type",
  bounded,
  async () => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      // Those that need none take their time.
      args: [
        "bench",
        "--no-check",
        "bench/tcp/",
        "bench/metrics/sse_chunk_bench.ts",
      ],
      cwd: new URL("../../", import.meta.url),
      stdin: "null",
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    for (
      const line of [
        "Skipped: echoes over TCP. Run deno bench --allow-net=127.0.0.1 --allow-run",
        "Skipped: pieces of server-sent events. Run deno bench --allow-net=127.0.0.1",
      ]
    ) assertStringIncludes(text, `${line}\n`);
    assertEquals(code, 0);
  },
);

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  buildClientBundle,
  BUNDLE,
  sizesOf,
} from "../../src/websocket/client/build.ts";
import { clientModule } from "../../src/websocket/client_module.ts";
import { connectNode } from "../../src/websocket/connect_node.ts";
import { connectWeb } from "../../src/websocket/connect_web.ts";

/** The most that the client may have; decision 22 says what it consists of. */
const MAX_BYTES = 140_000;
const MAX_GZIPPED_BYTES = 48_000;

const made = await Deno.readTextFile(BUNDLE);
const madeWith = /with Deno (\S+):/.exec(made)?.[1];
// Each version of Deno has its own bundler, whose output may differ.
const isSameDeno = madeWith === Deno.version.deno;
if (!isSameDeno) {
  console.warn(`The client is not compared: it was made with Deno ${madeWith}`);
}

Deno.test("the client in the package is built from its present sources", {
  ignore: !isSameDeno,
}, async () => {
  assert(await buildClientBundle() === made, "run `deno task page`");
});

Deno.test("the client is one module without imports, of at most 140,000 bytes and 48,000 gzipped", async () => {
  const text = await clientModule();
  const imports = /\bfrom\s*["']|\bimport\s*["'({*]/.exec(text)?.[0];
  assertEquals(imports, undefined);
  const { bytes, gzippedBytes } = await sizesOf(text);
  assert(bytes <= MAX_BYTES, `${bytes} bytes`);
  assert(gzippedBytes <= MAX_GZIPPED_BYTES, `${gzippedBytes} bytes gzipped`);
});

Deno.test("the client needs nothing of Deno", async () => {
  const text = await clientModule();
  assertEquals(/\bDeno\.(?!customInspect\b)\w+/.exec(text)?.[0], undefined);
});

Deno.test("connectWeb() refuses an address that is none, or that holds a secret, and does not show it", () => {
  for (
    const url of [
      "",
      "/sessions/",
      "ftp://example.com/",
      "ws://mona:sesame@example.com/",
      "ws://example.com/#sesame",
    ]
  ) {
    const error = assertThrows(() => connectWeb(url), TypeError);
    assert(error.message.startsWith("Cannot use url:"), error.message);
    assert(!error.message.includes("sesame"), error.message);
  }
});

Deno.test("connectNode() says what to use where there is no node:net", () => {
  const { process } = globalThis as {
    process?: { getBuiltinModule?: unknown };
  };
  assert(process !== undefined);
  const { getBuiltinModule } = process;
  process.getBuiltinModule = undefined;
  try {
    assertThrows(() => connectNode({ port: 1 }), TypeError, "use connectWeb()");
  } finally {
    process.getBuiltinModule = getBuiltinModule;
  }
});

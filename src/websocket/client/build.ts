/**
 * Makes the client as one module, which a package that is imported from a
 * registry has without a build and without a file.
 *
 * @module
 */
import { bundle, etagOf } from "../../web/page/build.ts";

/** The module that is made. */
export const BUNDLE: URL = new URL("../client_bundle.ts", import.meta.url);

const LICENCE =
  "/*! Troupe, MIT license. Has parts of the Deno standard library, copyright the Deno authors, MIT license. */\n";

/** Returns the client itself. */
export async function buildClient(): Promise<string> {
  return LICENCE + await bundle(new URL("main.ts", import.meta.url));
}

/** Returns the text of the module that holds it. */
export async function buildClientBundle(): Promise<string> {
  const body = await buildClient();
  return `// Made by \`deno task page\` with Deno ${Deno.version.deno}: edit src/websocket/client.

/** The client as a module. */
export const BODY: string = ${JSON.stringify(body)};

/** The header \`etag\` of it. */
export const ETAG: string = ${JSON.stringify(etagOf(body))};
`;
}

/** Bytes of a text, as it is and compressed as most servers do. */
export async function sizesOf(
  text: string,
): Promise<{ readonly bytes: number; readonly gzippedBytes: number }> {
  const compressed = new Blob([text]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return {
    bytes: new Blob([text]).size,
    gzippedBytes: (await new Response(compressed).bytes()).length,
  };
}

if (import.meta.main) {
  await Deno.writeTextFile(BUNDLE, await buildClientBundle());
  const { bytes, gzippedBytes } = await sizesOf(await buildClient());
  console.log(
    `The client for browsers and Node: ${bytes} bytes, ${gzippedBytes} gzipped`,
  );
}

/**
 * A file that load tests send.
 *
 * @module
 */
import type { TargetService } from "./target_service.ts";

/** Makes a file of so many bytes, which is removed at the end. */
export async function makeContent(bytes: number): Promise<TargetService> {
  const path = await Deno.makeTempFile({ prefix: "load-content-" });
  // Not the same byte again and again, which anything could compress.
  const content = new Uint8Array(bytes);
  let state = 1;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    content[at] = state >>> 24;
  }
  await Deno.writeFile(path, content);
  return {
    outputs: { content: path },
    [Symbol.asyncDispose]: () => Deno.remove(path),
  };
}

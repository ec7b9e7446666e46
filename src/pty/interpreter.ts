/**
 * The interpreter that a script names in its first line.
 *
 * @module
 */

/** Bytes of a first line that Linux looks at; macOS looks at more. */
const LINE_BYTES = 256;
/** Interpreters may be scripts, whose interpreters may be scripts, and so on. */
const MAX_SCRIPTS = 5;

/**
 * Returns the interpreters of a file, the nearest first; none if it is no
 * script, or cannot be read. A path may be relative to the working directory.
 */
export function interpretersOf(path: string, cwd: string): string[] {
  const found: string[] = [];
  for (let script = path; found.length < MAX_SCRIPTS;) {
    const named = /^#![ \t]*([^ \t\n\0]+)/.exec(firstLine(script))?.[1];
    if (named === undefined) break;
    script = named.startsWith("/") ? named : `${cwd}/${named}`;
    found.push(script);
  }
  return found;
}

function firstLine(path: string): string {
  const bytes = new Uint8Array(LINE_BYTES);
  try {
    using file = Deno.openSync(path);
    const length = file.readSync(bytes) ?? 0;
    return new TextDecoder().decode(bytes.subarray(0, length));
  } catch {
    // What may be executed need not be readable.
    return "";
  }
}

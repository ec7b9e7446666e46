/** A doc comment of a public symbol or member, and where it stands. */
export interface PublicDoc {
  /** The symbol, and the member if it is one's, as in `Codec.encode`. */
  readonly name: string;
  readonly doc: string;
}

/** Reads the doc comments of what the files export, with `deno doc`. */
export async function readPublicDocs(
  root: URL,
  entryPoints: readonly string[],
): Promise<PublicDoc[]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...entryPoints],
    cwd: root,
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) {
    throw new Error(`Cannot read the documentation: ${decoder.decode(stderr)}`);
  }
  const { nodes } = JSON.parse(decoder.decode(stdout));
  return [...docsIn(nodes, [])];
}

function* docsIn(node: unknown, path: readonly string[]): Generator<PublicDoc> {
  if (Array.isArray(node)) {
    for (const each of node) yield* docsIn(each, path);
  } else if (typeof node === "object" && node !== null) {
    const own = "name" in node && typeof node.name === "string"
      ? [...path, node.name]
      : path;
    for (const [key, value] of Object.entries(node)) {
      if (key !== "jsDoc") yield* docsIn(value, own);
      else if (typeof value.doc === "string") {
        yield { name: [...new Set(own)].join("."), doc: value.doc };
      }
    }
  }
}

/** Returns the first sentence of a doc comment. */
export function firstSentence(doc: string): string {
  return doc.trim().split(/(?<=[.!?])\s/, 1)[0] ?? "";
}

/** Returns a line for each doc comment whose first sentence is too short. */
export function shortDocs(
  docs: readonly PublicDoc[],
  leastWords: number,
): string[] {
  const lines = docs.flatMap(({ name, doc }) => {
    const sentence = firstSentence(doc);
    const words = sentence.split(/\s+/).filter((word) => /\w/.test(word));
    return words.length < leastWords ? [`${name}: ${sentence}`] : [];
  });
  return [...new Set(lines)];
}

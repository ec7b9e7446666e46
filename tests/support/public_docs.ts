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
  return [...docsIn(await readNodes(root, entryPoints), [])];
}

/**
 * Returns the parameters of what the files export that have a value by default,
 * and whose doc comment does not say that they may be left out: `deno doc` shows
 * them as if they had to be given.
 */
export async function readUnclearDefaults(
  root: URL,
  entryPoints: readonly string[],
): Promise<string[]> {
  return [...defaultsIn(await readNodes(root, entryPoints), [])];
}

/** Returns the names that a file exports. */
export async function readPublicNames(
  root: URL,
  entryPoint: string,
): Promise<string[]> {
  const nodes = await readNodes(root, [entryPoint]);
  return Object.values(Object(nodes)).flatMap((file) => symbolsOf(file));
}

function symbolsOf(file: unknown): string[] {
  const { symbols } = Object(file);
  return Array.isArray(symbols)
    ? symbols.map((symbol) => String(Object(symbol).name))
    : [];
}

async function readNodes(
  root: URL,
  entryPoints: readonly string[],
): Promise<unknown> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...entryPoints],
    cwd: root,
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) {
    throw new Error(`Cannot read the documentation: ${decoder.decode(stderr)}`);
  }
  const { nodes } = JSON.parse(decoder.decode(stdout));
  return nodes;
}

/** A function, method or constructor, as `deno doc` describes it. */
interface Documented {
  readonly jsDoc?: { readonly tags?: readonly Tag[] };
  readonly params: readonly Param[];
}

interface Tag {
  readonly kind: string;
  readonly name?: string;
  readonly doc?: string;
}

interface Param {
  readonly kind: string;
  readonly left?: { readonly name?: string };
}

function* defaultsIn(
  node: unknown,
  path: readonly string[],
): Generator<string> {
  if (Array.isArray(node)) {
    // What implements overloads has no comment, and is not shown.
    const shown = node.length > 1 ? node.filter(hasComment) : node;
    for (const each of shown) yield* defaultsIn(each, path);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const own = "name" in node && typeof node.name === "string"
    ? [...path, node.name]
    : path;
  const documented = documentedOf(node);
  for (const { kind, left } of documented?.params ?? []) {
    const name = left?.name;
    if (kind !== "assign" || name === undefined) continue;
    const tag = documented?.jsDoc?.tags?.find((tag) =>
      tag.kind === "param" && tag.name === name
    );
    if (!/may be left out|by default/i.test(tag?.doc ?? "")) {
      yield `${[...new Set(own)].join(".")}: ${name}`;
    }
  }
  for (const value of Object.values(node)) yield* defaultsIn(value, own);
}

function hasComment(node: unknown): boolean {
  return typeof node !== "object" || node === null || !("location" in node) ||
    "jsDoc" in node;
}

/** Returns the parameters and the comment that belong together. */
function documentedOf(node: object): Documented | undefined {
  const holder: {
    readonly jsDoc?: Documented["jsDoc"];
    readonly params?: readonly Param[];
    readonly def?: { readonly params?: readonly Param[] };
    readonly functionDef?: { readonly params?: readonly Param[] };
  } = node;
  const params = holder.params ?? holder.def?.params ??
    holder.functionDef?.params;
  if (params === undefined || holder.jsDoc === undefined) return undefined;
  return { jsDoc: holder.jsDoc, params };
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

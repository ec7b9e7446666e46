/** One import between two of our files, as paths from the root of the repository. */
export interface Import {
  from: string;
  to: string;
}

/** The layers that each layer may import, from the bottom up. */
const mayImport: Record<string, readonly string[]> = {
  actor: [],
  wire: ["actor"],
  tcp: ["actor", "wire"],
  tcp_conn: ["actor", "wire", "tcp"],
  pty: ["actor"],
  web: [],
  terminal: ["actor", "pty", "web"],
  metrics: ["actor", "web"],
  telemetry: ["actor"],
  testing: ["actor", "wire", "tcp", "pty", "web", "terminal", "metrics"],
  load: [
    "actor",
    "wire",
    "tcp",
    "pty",
    "web",
    "terminal",
    "metrics",
    "testing",
  ],
};

/** What `mod.ts` may import. */
const assembled = ["src/actor/mod.ts", "src/tcp/mod.ts", "src/wire/mod.ts"];

/** The most lines that a file under `src` may have. */
const maxLines = 400;

/** Returns a sentence for each import that the layers forbid. */
export function forbiddenImports(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to }) => {
    const reason = whyForbidden(from, to);
    return reason === undefined ? [] : [`${from} imports ${to}: ${reason}`];
  });
}

function whyForbidden(from: string, to: string): string | undefined {
  if (from === "mod.ts") {
    return assembled.includes(to)
      ? undefined
      : `mod.ts may import ${assembled.join(", ")} alone`;
  }
  const upper = layerOf(from);
  const lower = layerOf(to);
  const allowed = upper === undefined ? undefined : mayImport[upper];
  if (allowed === undefined) return `${from} belongs to no layer`;
  if (lower === undefined) return `${to} belongs to no layer`;
  if (lower === upper || allowed.includes(lower)) return undefined;
  return allowed.length === 0
    ? `${upper} may import no other layer`
    : `${upper} may import ${allowed.join(", ")} alone`;
}

function layerOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** Returns a sentence for each file that is too long. */
export function longFiles(lines: ReadonlyMap<string, number>): string[] {
  return [...lines].filter(([, count]) => count > maxLines)
    .map(([path, count]) => `${path} has ${count} lines, over ${maxLines}`);
}

/** What `deno info --json` says, as far as it is read here. */
interface Info {
  modules: {
    specifier: string;
    error?: string;
    dependencies?: {
      code?: { specifier?: string };
      type?: { specifier?: string };
    }[];
  }[];
}

/** The modules of ours that an entry point reaches, and their imports. */
export interface ModuleGraph {
  modules: Set<string>;
  imports: Import[];
}

/** Reads the module graph of a file; `root` is a directory with a final slash. */
export async function readModuleGraph(
  root: URL,
  entryPoint: string,
): Promise<ModuleGraph> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entryPoint],
    cwd: root,
  }).output();
  if (code !== 0) {
    throw new Error(`Cannot read ${entryPoint}: ${decode(stderr)}`);
  }
  const info: Info = JSON.parse(decode(stdout));
  const graph: ModuleGraph = { modules: new Set(), imports: [] };
  for (const { specifier, error, dependencies = [] } of info.modules) {
    const from = pathIn(root, specifier);
    if (from === undefined) continue;
    if (error !== undefined) throw new Error(`Cannot read ${from}: ${error}`);
    graph.modules.add(from);
    for (const { code, type } of dependencies) {
      for (const target of new Set([code?.specifier, type?.specifier])) {
        const to = target && pathIn(root, target);
        if (to) graph.imports.push({ from, to });
      }
    }
  }
  return graph;
}

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** A module's path, unless it is a dependency: remote, or under `.links`. */
function pathIn(root: URL, specifier: string): string | undefined {
  if (!specifier.startsWith(root.href)) return undefined;
  const path = decodeURIComponent(specifier.slice(root.href.length));
  return path.startsWith(".links/") ? undefined : path;
}

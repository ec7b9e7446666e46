/** One import between two of our files, as paths from the root of the repository. */
export interface Import {
  from: string;
  to: string;
  /** Whether only types are imported. */
  isType?: boolean;
}

/** The rooms that each room may import, from the bottom up. */
const mayImport: Record<string, readonly string[]> = {
  checks: [],
  stats: ["checks"],
  actor: ["checks"],
  codec: ["actor", "checks"],
  web: ["actor", "checks"],
  session: ["actor", "checks"],
  pty: ["actor", "checks"],
  storage: ["actor", "checks"],
  testing: ["actor", "checks", "session"],
  rpc: ["actor", "checks", "codec", "session"],
  remote: ["actor", "checks", "codec", "rpc", "session"],
  tcp: ["actor", "checks", "session"],
  websocket: ["actor", "checks", "session", "web"],
  tcp_conn: ["actor", "checks", "session", "tcp"],
  cores: ["actor", "checks", "session", "tcp"],
  bus: ["actor", "checks", "codec", "rpc", "session", "web"],
  store: [
    "actor",
    "bus",
    "checks",
    "codec",
    "cores",
    "rpc",
    "session",
    "stats",
    "storage",
    "web",
  ],
  metrics: ["actor", "checks", "cores", "session", "web"],
  telemetry: ["actor", "checks", "metrics"],
  terminal: ["actor", "checks", "cores", "pty", "web"],
  load: [
    "actor",
    "checks",
    "codec",
    "cores",
    "metrics",
    "pty",
    "rpc",
    "session",
    "stats",
    "store",
    "tcp",
    "telemetry",
    "terminal",
    "web",
  ],
  profile: [
    "actor",
    "checks",
    "codec",
    "load",
    "metrics",
    "session",
    "stats",
    "storage",
    "store",
    "tcp",
    "web",
  ],
  compare: ["actor", "checks", "codec", "stats"],
};

/** The doors of a room: for users, and for sibling rooms. */
const doors = ["mod.ts", "internal.ts"];

/** The rooms that `mod.ts` assembles. */
const assembled = ["actor", "codec", "rpc", "tcp"].map((room) =>
  `src/${room}/mod.ts`
);

/** What the frames of a session may import: they know no session. */
const wireMayImport = [
  "src/session/wire/",
  "src/actor/mod.ts",
  "src/actor/internal.ts",
  "src/checks/internal.ts",
];

/** How pages are built: for other builds alone, unpublished. */
const pageBuild = "src/web/page/build.ts";

/** The client for browsers gathers what it has through the doors of any room. */
const client = "src/websocket/client/main.ts";

/** The most lines that a file under `src` may have. */
const maxLines = 400;

/** Returns a sentence for each import that the rooms forbid. */
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
  if (
    from.startsWith("src/session/wire/") &&
    !wireMayImport.some((path) => to.startsWith(path))
  ) return `frames may import ${wireMayImport.join(", ")} alone`;
  const upper = roomOf(from);
  const lower = roomOf(to);
  const allowed = upper === undefined ? undefined : mayImport[upper];
  if (allowed === undefined) return `${from} belongs to no room`;
  if (lower === undefined) return `${to} belongs to no room`;
  if (lower === upper) {
    return to === `src/${upper}/mod.ts` && from !== `src/${upper}/cli/main.ts`
      ? `a room does not import its own door`
      : undefined;
  }
  const isDoor = doors.some((door) => to === `src/${lower}/${door}`);
  if (from === client && isDoor) return undefined;
  if (!allowed.includes(lower)) {
    return allowed.length === 0
      ? `${upper} may import no other room`
      : `${upper} may import ${allowed.join(", ")} alone`;
  }
  const builds = ["page", "client"].map((of) => `src/${upper}/${of}/build.ts`);
  if (to === pageBuild && builds.includes(from)) return;
  return isDoor ? undefined : `rooms meet through ${doors.join(" and ")} alone`;
}

function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/**
 * Returns the circles among imports that exist when the program runs, each as
 * the files that reach one another, in alphabetical order. Imports of types
 * alone make none: they are gone by then.
 */
export function circlesByValue(imports: readonly Import[]): string[][] {
  const targets = Map.groupBy(
    imports.filter(({ isType }) => !isType),
    ({ from }) => from,
  );
  // Tarjan's algorithm for strongly connected components.
  const indexes = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  function visit(file: string): void {
    indexes.set(file, indexes.size);
    lowest.set(file, indexes.size - 1);
    stack.push(file);
    for (const { to } of targets.get(file) ?? []) {
      if (!indexes.has(to)) visit(to);
      else if (!stack.includes(to)) continue;
      const low = Math.min(lowest.get(file) ?? 0, lowest.get(to) ?? 0);
      lowest.set(file, low);
    }
    if (lowest.get(file) !== indexes.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) circles.push(circle.sort());
  }
  for (const file of targets.keys()) if (!indexes.has(file)) visit(file);
  return circles;
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
  /** The specifiers of modules that are not ours. */
  packages: Set<string>;
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
  const graph: ModuleGraph = {
    modules: new Set(),
    packages: new Set(),
    imports: [],
  };
  for (const { specifier, error, dependencies = [] } of info.modules) {
    const from = pathIn(root, specifier);
    if (from === undefined) {
      graph.packages.add(specifier);
      continue;
    }
    if (error !== undefined) throw new Error(`Cannot read ${from}: ${error}`);
    graph.modules.add(from);
    for (const { code, type } of dependencies) {
      const target = code?.specifier ?? type?.specifier;
      const to = target && pathIn(root, target);
      const isType = code === undefined;
      if (to) graph.imports.push({ from, to, isType });
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

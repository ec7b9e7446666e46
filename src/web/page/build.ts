/**
 * Makes one module of a page and all that it needs, so that a package that is
 * imported from a registry has it without a build and without a file.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { THEME } from "../theme.ts";
import base from "./base.css" with { type: "text" };

/** The sources of a page. */
export interface PageSources {
  /** The directory of its sources, as whoever edits them knows it. */
  readonly directory: string;
  /** The page itself. */
  readonly html: string;
  /** The icon, as SVG. */
  readonly icon: string;
  /** The style sheets of the libraries, with their licences. */
  readonly libraryStyle: string;
  /** The style sheet of the page, after the theme and what all pages share. */
  readonly style: string;
  /** The module that the page runs. */
  readonly main: URL;
  /** Further pages with the same style, by their names without an ending. */
  readonly more?: Readonly<Record<string, PageScript>>;
  /** The licences of the libraries, as far as minifying removes them. */
  readonly licence?: string;
}

/** A page and what it runs. */
export interface PageScript {
  /** The page itself. */
  readonly html: string;
  /** The module that it runs. */
  readonly main: URL;
}

/** Returns the text of the module with the files of a page. */
export async function buildPage(sources: PageSources): Promise<string> {
  const { licence = "", more = {} } = sources;
  const files: Record<string, string> = {
    "index.html": sources.html,
    "page.js": licence + await bundle(sources.main),
    "page.css": licence +
      [sources.libraryStyle, THEME, base, sources.style].join("\n"),
    "icon.svg": sources.icon,
  };
  for (const [name, { html, main }] of Object.entries(more)) {
    files[`${name}.html`] = html;
    files[`${name}.js`] = await bundle(main);
  }
  const entries = Object.entries(files).map(([name, body]) => {
    const file = { body, etag: etagOf(body) };
    return `  ${JSON.stringify(name)}: ${JSON.stringify(file)},\n`;
  });
  return `// Made by \`deno task page\` with Deno ${Deno.version.deno}: edit ${sources.directory}.
import type { PageFiles } from "../web/internal.ts";

/** The files of the page, by their names. */
export const FILES: PageFiles = {
${entries.join("")}};
`;
}

/** Returns the header `etag` of a file. */
export function etagOf(body: string): string {
  const hash = createHash("sha256").update(body).digest("base64url");
  return `"${hash.slice(0, 22)}"`;
}

/** Returns one script for browsers. */
export async function bundle(main: URL): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--platform", "browser", "--minify", main.href],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot bundle: ${decoder.decode(stderr)}`);
  return forBrowsers(decoder.decode(stdout));
}

/**
 * Removes imports of Node's modules of which nothing is used: the bundler
 * leaves them where it has removed all that used them.
 *
 * @throws {Error} if something of such a module is used: no browser has it.
 */
export function forBrowsers(script: string): string {
  return script.replaceAll(
    /\bimport\b([^"';]*)["'](node:[^"']*)["']\)?;?/g,
    (_, clause: string, module: string) => {
      const names = clause.match(/[\w$]+(?=\s*[,}]|\s*from\b)/g) ?? [];
      const isUsed = clause.trim() === "(" ||
        names.some((name) => timesUsed(script, name) > 1);
      if (!isUsed) return "";
      throw new Error(
        `Cannot bundle: the page uses ${module}, which no browser has`,
      );
    },
  );
}

function timesUsed(script: string, name: string): number {
  const escaped = RegExp.escape(name);
  const word = new RegExp(`(?<![\\w$.])${escaped}(?![\\w$])`, "g");
  return script.match(word)?.length ?? 0;
}

/**
 * The page of a bus: HTML that the server fills, and a script that keeps it up
 * to date. It works without the script, as of the moment of its request.
 *
 * @module
 */
import { THEME } from "../../web/internal.ts";
import type { Table } from "./bus_state.ts";

/** The style sheet of the page. */
export const CSS: string = `${THEME}
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; background: var(--background); color: var(--text); }
h1 { font-size: 1.2rem; }
h2 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
#state { color: var(--muted); font-weight: normal; font-size: .9rem; }
.table { overflow-x: auto; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .7rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
th { color: var(--muted); font-weight: normal; }
p { color: var(--muted); margin: .3rem 0; }
`;

/** The icon of the page: one line that many are on. */
export const ICON =
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="7" fill="#23262e"/>
<path d="M4 16h24M9 9v7M16 16v7M23 9v7" fill="none" stroke="#7fb4ff" stroke-width="3" stroke-linecap="round"/>
</svg>
`;

/**
 * The script of the page. It makes elements and no HTML, as the content
 * security policy wants.
 */
export const SCRIPT: string = `"use strict";
const state = document.getElementById("state");
const events = new EventSource("events");
const show = (phase, text) => {
  state.dataset.phase = phase;
  state.textContent = text;
};
events.addEventListener("open", () => show("connected", "live"));
events.addEventListener("error", () => show("connecting", "not connected"));
events.addEventListener("tables", ({ data }) => {
  JSON.parse(data).forEach(({ rows, more }, index) => {
    const body = document.getElementById("rows-" + index);
    body.replaceChildren(...rows.map((cells) => {
      const row = document.createElement("tr");
      row.append(...cells.map((text) => {
        const cell = document.createElement("td");
        cell.textContent = text;
        return cell;
      }));
      return row;
    }));
    document.getElementById("more-" + index).textContent =
      more > 0 ? "and " + more + " more" : "";
  });
});
`;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ESCAPES[character] ?? "");
}

/** Returns the page with the tables in it. */
export function tablesToHtml(tables: readonly Table[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Bus</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="page.css">
<script src="page.js" defer></script>
</head>
<body>
<h1>Bus <span id="state">as of now</span></h1>
${tables.map(tableToHtml).join("")}</body>
</html>
`;
}

function tableToHtml({ title, columns, rows, more }: Table, index: number) {
  const cells = (tag: string, texts: readonly string[]): string =>
    texts.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join("");
  return `<h2>${title}</h2>
<div class="table"><table>
<thead><tr>${cells("th", columns)}</tr></thead>
<tbody id="rows-${index}">${
    rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n")
  }</tbody>
</table></div>
<p id="more-${index}">${more > 0 ? `and ${more} more` : ""}</p>
`;
}

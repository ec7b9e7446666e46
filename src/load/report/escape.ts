/**
 * Escaping of text in HTML.
 *
 * @module
 */
import { printable } from "./printable.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes a text for HTML, also for attributes. */
export function escapeHtml(text: string): string {
  return printable(text)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

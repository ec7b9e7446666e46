/**
 * A flame graph as SVG: a self-contained file without scripts.
 *
 * @module
 */
import type { FlameBox } from "./flame_layout.ts";
import { frameName } from "./hotspots.ts";

/** Options of {@linkcode CpuProfile.flameGraph}. */
export interface FlameGraphOptions {
  /**
   * Title above the flame graph.
   * @default {"CPU profile"}
   */
  readonly title?: string;
  /**
   * Width of the graph in pixels, from 200 to 10000.
   * @default {1200}
   */
  readonly widthPixels?: number;
}

const ROW = 18;
const HEAD = 40;
const MARGIN = 8;
/**
 * Width in pixels of a character that is 12 pixels high, in a fixed-width font.
 */
const CHARACTER = 7.25;
/** Width in pixels below which a box cannot be seen or pointed at. */
export const MIN_BOX_PIXELS = 0.5;

/** Draws boxes on top of their callers; tooltips show the times. */
export function drawFlameGraph(
  boxes: readonly FlameBox[],
  { title = "CPU profile", widthPixels = 1200 }: FlameGraphOptions,
): string {
  const inner = widthPixels - 2 * MARGIN;
  const rows = boxes.reduce((most, { depth }) => Math.max(most, depth + 1), 1);
  const height = HEAD + rows * ROW + MARGIN;
  const drawn = boxes.map((box) => {
    const x = MARGIN + box.left * inner;
    const y = HEAD + (rows - 1 - box.depth) * ROW;
    return drawBox(box, x, y, box.width * inner);
  });
  const note = boxes.length === 0 ? "No time was spent." : title;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPixels}" height="${height}" viewBox="0 0 ${widthPixels} ${height}" font-family="monospace" font-size="12">
<title>${escape(title)}</title>
<rect width="100%" height="100%" fill="#fffdf7"/>
<text x="${MARGIN}" y="24" font-size="15" fill="#222">${escape(note)}</text>
${drawn.join("\n")}
</svg>
`;
}

function drawBox(box: FlameBox, x: number, y: number, width: number): string {
  const { frame, totalMicros, selfMicros } = box;
  const name = frameName(frame);
  const place = frame.url === ""
    ? ""
    : `\n${frame.url}:${frame.lineNumber + 1}:${frame.columnNumber + 1}`;
  const percent = (box.width * 100).toFixed(1);
  const tip = `${name}: ${ms(totalMicros)}, ${percent} %, ${
    ms(selfMicros)
  } of its own${place}`;
  const room = Math.floor((width - 6) / CHARACTER);
  const characters = [...name];
  const label = characters.length <= room
    ? name
    : room < 3
    ? ""
    : characters.slice(0, room - 1).join("") + "…";
  const text = label === ""
    ? ""
    : `<text x="${(x + 3).toFixed(2)}" y="${y + 13}" fill="#222">${
      escape(label)
    }</text>`;
  return `<g><title>${escape(tip)}</title><rect x="${
    x.toFixed(2)
  }" y="${y}" width="${width.toFixed(2)}" height="${ROW - 1}" fill="${
    colour(frame.url)
  }" stroke="#fffdf7" stroke-width="0.5"/>${text}</g>`;
}

function ms(micros: number): string {
  return `${(micros / 1000).toFixed(1)} ms`;
}

/** Returns a warm colour for each file, so that files differ. */
function colour(url: string): string {
  if (url === "") return "hsl(0 0% 80%)";
  let hash = 0;
  for (let i = 0; i < url.length; i++) {
    hash = (Math.imul(hash, 31) + url.charCodeAt(i)) >>> 0;
  }
  return `hsl(${hash % 55} ${70 + (hash >>> 8) % 25}% ${
    62 + (hash >>> 16) % 14
  }%)`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Escapes text for XML, which has no control characters or lone surrogates. */
function escape(text: string): string {
  return text.toWellFormed()
    .replace(/(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu, "\ufffd")
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

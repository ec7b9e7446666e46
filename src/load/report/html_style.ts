/**
 * The style of the report in a browser and on paper.
 *
 * @module
 */

import { THEME } from "../../web/internal.ts";

/** The style sheet of the HTML report. */
export const STYLE: string = `
${THEME}:root { color-scheme: light dark;
  --odd: light-dark(#5d667514, #9aa1ad14); }
* { box-sizing: border-box; }
body { max-width: 1000px; margin: 0 auto; padding: 20px 16px 40px;
  background: var(--raised); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 22px; } h2 { margin: 26px 0 6px; font-size: 16px; }
p, ul { margin: 4px 0; } ul { padding-left: 20px; }
.muted { color: var(--muted); }
.verdict { padding: 2px 10px; border: 2px solid; border-radius: 6px; }
.passed { color: var(--good); } .failed { color: var(--bad); }
.invalid, .aborted { color: var(--busy); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 12px 3px 0; border-bottom: 1px solid var(--line);
  text-align: right; white-space: nowrap; }
th:first-child, td:first-child, .texts th, .texts td { text-align: left; }
.texts td:last-child { white-space: pre-wrap; }
th { color: var(--muted); font-weight: 500; } pre { white-space: pre-wrap; }
.charts { display: grid; gap: 16px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); }
figure { margin: 0; break-inside: avoid; } svg { display: block; width: 100%; }
.key { margin-left: 10px; } .key::before { content: ""; display: inline-block;
  width: 14px; height: 3px; margin-right: 5px; vertical-align: middle;
  background: currentColor; }
.s1 { color: var(--series-1); } .s2 { color: var(--series-2); } .s3 { color: var(--series-5); }
.line { fill: none; stroke: currentColor; stroke-width: 1.8;
  stroke-linejoin: round; stroke-linecap: round; }
.below { stroke-width: 1; }
.grid { stroke: var(--line); } .tip { fill: transparent; }
.tip:hover { fill: var(--odd); } .even { fill: var(--shade); } .odd { fill: var(--odd); }
svg text { fill: var(--muted); font: 11px system-ui, sans-serif; }
.y { text-anchor: end; dominant-baseline: middle; } .x, .span { text-anchor: middle; }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; }
  .shade { print-color-adjust: exact; } .key::before { print-color-adjust: exact; } }
`;

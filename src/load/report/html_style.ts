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
.wide { overflow-x: auto; --edge: light-dark(#1c202733, #00000099);
  background: linear-gradient(90deg, var(--raised) 40%, transparent) 0 / 40px 100% local,
    linear-gradient(-90deg, var(--raised) 40%, transparent) 100% / 40px 100% local,
    linear-gradient(90deg, var(--edge), transparent) 0 / 14px 100% scroll,
    linear-gradient(-90deg, var(--edge), transparent) 100% / 14px 100% scroll;
  background-repeat: no-repeat; }
.wide:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 12px 3px 0; border-bottom: 1px solid var(--line);
  text-align: right; white-space: nowrap; }
th:first-child, td:first-child, .texts th, .texts td { text-align: left; }
.texts td:last-child { white-space: pre-wrap; min-width: 14em; }
th { color: var(--muted); font-weight: 500; } th[scope=row] { color: var(--text); }
td, th { vertical-align: top; }
pre { margin: 2px 0; white-space: pre-wrap; font: 13px/1.4 ui-monospace, monospace; }
.example { margin: 4px 0; padding: 4px 8px; border-left: 3px solid var(--line); }
.yaml { padding: 8px 12px; background: var(--background); }
summary { margin: 8px 0 4px; cursor: pointer; font-weight: 500; }
.charts { display: grid; gap: 16px;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); }
figure { margin: 0; break-inside: avoid; } svg { display: block; width: 100%; }
.key { display: inline-block; margin-left: 10px; white-space: nowrap; } .key::before { content: ""; display: inline-block;
  width: 14px; height: 3px; margin-right: 5px; vertical-align: middle;
  background: currentColor; }
.s1 { color: var(--series-1); } .s2 { color: var(--series-2); } .s3 { color: var(--series-5); }
figcaption { font-size: 13px; }
.line { fill: none; stroke: currentColor; stroke-width: 1.8;
  stroke-linejoin: round; stroke-linecap: round; }
.below { stroke-width: 1; }
.grid { stroke: var(--line); } .tip { fill: transparent; }
.tip:hover { fill: var(--odd); } .even { fill: var(--shade); } .odd { fill: var(--odd); }
svg text { fill: var(--muted); font: 11px system-ui, sans-serif; }
.y { text-anchor: end; dominant-baseline: middle; } .x, .span { text-anchor: middle; } .x.last { text-anchor: end; }
@media (max-width: 600px) { body { padding: 12px 10px 30px; font-size: 14px; }
  th, td { padding-right: 9px; } .wide th:first-child { position: sticky; left: 0;
  background: var(--raised); white-space: normal;
  min-width: 6em; max-width: 40vw; } }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; font-size: 12px; }
  .wide { overflow: visible; background: none; } section { break-inside: auto; }
  h2, summary { break-after: avoid; } tr { break-inside: avoid; }
  .shade { print-color-adjust: exact; } .key::before { print-color-adjust: exact; } }
`;

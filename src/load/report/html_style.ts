/**
 * How the report looks in a browser and on paper.
 *
 * @module
 */

/** The style sheet of the report. */
export const STYLE = `
:root { color-scheme: light dark;
  --back: light-dark(#ffffff, #16181d); --text: light-dark(#1c2027, #d7dae0);
  --muted: light-dark(#5d6675, #9aa1ad); --line: light-dark(#dfe2e8, #323641);
  --passed: light-dark(#12805c, #7fd1ae); --failed: light-dark(#c62828, #ff8f8f);
  --warned: light-dark(#a15c00, #ffd479);
  --even: light-dark(#1f6fd61a, #7fb4ff1a); --odd: light-dark(#5d667514, #9aa1ad14);
  --s1: light-dark(#1f6fd6, #7fb4ff); --s2: light-dark(#c2570c, #ffb070);
  --s3: light-dark(#7442c8, #c4a7ff); }
* { box-sizing: border-box; }
body { max-width: 1000px; margin: 0 auto; padding: 20px 16px 40px;
  background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 22px; } h2 { margin: 26px 0 6px; font-size: 16px; }
p, ul { margin: 4px 0; } ul { padding-left: 20px; }
.muted { color: var(--muted); }
.verdict { padding: 2px 10px; border: 2px solid; border-radius: 6px; }
.passed { color: var(--passed); } .failed { color: var(--failed); }
.invalid, .aborted { color: var(--warned); }
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
.s1 { color: var(--s1); } .s2 { color: var(--s2); } .s3 { color: var(--s3); }
.line { fill: none; stroke: currentColor; stroke-width: 1.8;
  stroke-linejoin: round; stroke-linecap: round; }
.grid { stroke: var(--line); } .tip { fill: transparent; }
.tip:hover { fill: var(--odd); } .even { fill: var(--even); } .odd { fill: var(--odd); }
svg text { fill: var(--muted); font: 11px system-ui, sans-serif; }
.y { text-anchor: end; dominant-baseline: middle; } .x, .span { text-anchor: middle; }
@media print { :root { color-scheme: light; } body { max-width: none; padding: 0; }
  .shade { print-color-adjust: exact; } .key::before { print-color-adjust: exact; } }
`;

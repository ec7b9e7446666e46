/**
 * The colours of all pages, and of reports that browsers show.
 *
 * @module
 */

/**
 * A style sheet that sets the colours as variables, each for light and dark;
 * the property `color-scheme` of the page decides between them.
 */
export const THEME: string = `:root {
  --background: light-dark(#f4f5f7, #16181d);
  --raised: light-dark(#ffffff, #1f222a);
  --line: light-dark(#dfe2e8, #323641);
  --text: light-dark(#1c2027, #d7dae0);
  --muted: light-dark(#5d6675, #9aa1ad);
  --accent: light-dark(#1b62bf, #7fb4ff);
  --good: light-dark(#0f7050, #7fd1ae);
  --bad: light-dark(#c62828, #ff8f8f);
  --busy: light-dark(#955400, #ffd479);
  --shade: light-dark(rgb(31 111 214 / 9%), rgb(127 180 255 / 10%));
  --series-1: var(--accent);
  --series-2: light-dark(#c2570c, #ffb070);
  --series-3: light-dark(#b3261e, #ff8f8f);
  --series-4: light-dark(#12805c, #7fd1ae);
  --series-5: light-dark(#7442c8, #c4a7ff);
  --series-6: light-dark(#0b7285, #6fd6e8);
  --series-7: light-dark(#a0387f, #f5a0d8);
  --series-8: light-dark(#8a6d00, #ffd479);
  --series-9: light-dark(#5d6675, #9aa1ad);
}
`;

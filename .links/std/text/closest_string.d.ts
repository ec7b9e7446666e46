/** The word that is most similar, whatever the case; there must be one. */
export function closestString(
  givenWord: string,
  possibleWords: readonly string[],
): string;

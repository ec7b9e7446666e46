/** How many characters must be put in, taken out or replaced. */
export function levenshteinDistance(str1: string, str2: string): number;

export * from "./closest_string.ts";
export * from "./levenshtein_distance.ts";

export * from "./abortable.ts";
export * from "./deadline.ts";

/**
 * Terminals in the browser: a fetch handler with an HTTP API, a WebSocket for
 * each viewer, and the page.
 *
 * @module
 */
export type { RequestInfo } from "./access.ts";
export type { AllowedCommand, CommandRequest } from "./command_policy.ts";
export type { TerminalStats } from "./metrics.ts";
export type { TerminalOptions } from "./options.ts";
export { Problem, type ProblemKind } from "./problem.ts";
export { type Terminal, terminal } from "./terminal.ts";
export type { Grant } from "./tickets.ts";

/**
 * Terminals in the browser: a fetch handler with an HTTP API, a WebSocket for
 * each viewer, and a page. Sessions can be recorded in asciicast v3, and
 * replayed. A session needs the permissions that `@troupe/troupe/pty` names;
 * everything else needs only those for the server and its files.
 *
 * @module
 */
export type { RequestInfo } from "./access/access.ts";
export {
  AsciicastError,
  type AsciicastEvent,
  type AsciicastHeader,
  AsciicastLimitError,
  type AsciicastLineVersion,
  type AsciicastTerm,
  type AsciicastTheme,
} from "./recording/asciicast.ts";
export {
  type Asciicast,
  readAsciicast,
  type ReadAsciicastOptions,
} from "./recording/asciicast_reader.ts";
export {
  replayAsciicast,
  type ReplayAsciicastOptions,
} from "./recording/asciicast_replay.ts";
export {
  encodeAsciicast,
  type EncodeAsciicastOptions,
} from "./recording/asciicast_writer.ts";
export type {
  AllowedCommand,
  CommandRequest,
} from "./access/command_policy.ts";
export type { TerminalSnapshot } from "./inspect_terminals.ts";
export type { TerminalStats } from "./metrics.ts";
export type { ServeTerminalOptions, TerminalWorkerOptions } from "./options.ts";
export { Problem, type ProblemKind } from "./http/problem.ts";
export {
  recordSession,
  type RecordSessionOptions,
} from "./recording/record_session.ts";
export {
  AsciicastRecorder,
  type RecordedEvent,
  type RecorderDrops,
  RecordingError,
} from "./recording/recorder.ts";
export type { RecorderOptions } from "./recording/recorder_options.ts";
export type { OpenRecording, RecordedSession } from "./recording/recordings.ts";
export { serveTerminal, type TerminalServer } from "./terminal_server.ts";
export {
  serveTerminalWorker,
  type TerminalWorker,
} from "./threads/terminal_worker.ts";
export type { AccessRequest, Authorize } from "./access/authorizer.ts";
export type { Grant, HeldGrant, RevokeTarget } from "./access/grant_rules.ts";

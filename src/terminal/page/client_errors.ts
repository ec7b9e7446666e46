/**
 * Errors that another socket would end with as well, in words.
 *
 * @module
 */
import { ErrorCode } from "../attach/protocol.ts";

const TEXTS: ReadonlyMap<number, string> = new Map([
  [ErrorCode.PROTOCOL, "The page does not match the server: reload the page"],
  [
    ErrorCode.NOT_FOUND,
    "The session does not exist any longer: it has ended, or had no viewer for too long",
  ],
  [ErrorCode.UNAUTHORIZED, "Your access has ended: open a new link"],
  [ErrorCode.REPLACED, "This terminal was opened elsewhere: reload the page"],
  [
    ErrorCode.RESTARTED,
    "The server was restarted: the session and its program are gone",
  ],
  [ErrorCode.REFUSED, "The server refused the request: reload the page"],
]);
/** Errors of a refused socket, by the status of a request for its session. */
const STATUS: ReadonlyMap<number, number> = new Map([
  [401, ErrorCode.UNAUTHORIZED],
  [403, ErrorCode.UNAUTHORIZED],
  [404, ErrorCode.NOT_FOUND],
  [410, ErrorCode.RESTARTED],
]);

/** Returns the text of a final error; `undefined` if trying again may help. */
export function finalError(code: number): string | undefined {
  return TEXTS.get(code);
}

/** Returns the error that a status stands for, if that is final. */
export function errorOfStatus(status: number): number | undefined {
  return STATUS.get(status);
}

/** Returns what a page adds about input that was never taken; may be empty. */
export function lostInput(bytes: number): string {
  return bytes === 0
    ? ""
    : `. ${bytes} ${bytes === 1 ? "byte" : "bytes"} that you typed were lost`;
}

/**
 * The errors that users of PTY sessions catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** The root of the errors of `./pty`. */
export class PtyError extends TroupeError {}

/** A session could not be started; subclasses name the known causes. */
export class PtySpawnError extends PtyError {}

/** The command does not exist or cannot be executed. */
export class PtyExecError extends PtySpawnError {}

/** The working directory does not exist or cannot be entered. */
export class PtyDirectoryError extends PtySpawnError {}

/** The process lacks a permission; the message names its flag. */
export class PtyPermissionError extends PtySpawnError {}

/** The native add-on does not support this platform, or is not installed. */
export class PtyPlatformError extends PtySpawnError {}

/** The supervisor has as many sessions as it allows. */
export class PtyLimitError extends PtySpawnError {}

/** The id is taken by another session, or is not valid. */
export class PtyIdError extends PtySpawnError {}

/** The size is not one that a terminal can have. */
export class PtySizeError extends PtyError {}

/** The signal does not exist on this system, or may not be sent. */
export class PtySignalError extends PtyError {}

/** The output has not reached the offset: is it of another session? */
export class PtyOffsetError extends PtyError {}

/** A read-only viewer tried to type, resize or send a signal. */
export class PtyReadOnlyError extends PtyError {}

/** The viewer is not attached to the session, or cannot be attached. */
export class PtyAttachmentError extends PtyError {}

/** Too much input waits for the program: nothing was written. */
export class PtyInputFullError extends PtyError {}

/** An interrupt has dropped input before the terminal had taken it. */
export class PtyInterruptedError extends PtyError {
  /** Bytes of the write that were dropped: its last ones. */
  readonly droppedBytes: number;

  /** Creates the error of a write that was not taken whole. */
  constructor(droppedBytes: number) {
    super(
      `Cannot write: an interrupt dropped the last ${droppedBytes} bytes, write them again if they are still needed`,
    );
    this.droppedBytes = droppedBytes;
  }
}

/** The program has ended, or its terminal was closed. */
export class PtyEndedError extends PtyError {}

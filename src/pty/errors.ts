/**
 * The errors that users of the PTY layer catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** The root of the errors of this layer. */
export class PtyError extends TroupeError {}

/** A session could not be started; a subclass says why where that is known. */
export class PtySpawnError extends PtyError {}

/** The command is not there or cannot be executed. */
export class PtyExecError extends PtySpawnError {}

/** The working directory is not there, or cannot be entered. */
export class PtyDirectoryError extends PtySpawnError {}

/** The process lacks a permission; the message names its flag. */
export class PtyPermissionError extends PtySpawnError {}

/** There is no native add-on for this platform, or it is not installed. */
export class PtyPlatformError extends PtySpawnError {}

/** There are as many sessions as the supervisor allows. */
export class PtyLimitError extends PtySpawnError {}

/** Another session has the id, or the id cannot be one. */
export class PtyIdError extends PtySpawnError {}

/** A size that no terminal has. */
export class PtySizeError extends PtyError {}

/** A signal that the system does not have, or that may not be sent. */
export class PtySignalError extends PtyError {}

/** An offset that the output has not reached: is it of another session? */
export class PtyOffsetError extends PtyError {}

/** Who may only look on tried to type, resize or send a signal. */
export class PtyReadOnlyError extends PtyError {}

/** The viewer is not attached to the session, or is already. */
export class PtyAttachmentError extends PtyError {}

/** Too much input waits for the program to read it: nothing was taken. */
export class PtyInputFullError extends PtyError {}

/** The program has ended, or its terminal has. */
export class PtyEndedError extends PtyError {}

/**
 * The name of a worker, as the secrets of its sessions begin with it.
 *
 * @module
 */

/** One life of one worker. */
export interface WorkerName {
  readonly index: number;
  /** How often it was started; 1 or more. */
  readonly incarnation: number;
}

/** Returns what the secrets of a worker's sessions begin with. */
export function tokenPrefixOf({ index, incarnation }: WorkerName): Uint8Array {
  const bytes = new Uint8Array(6);
  const fields = new DataView(bytes.buffer);
  fields.setUint16(0, index);
  fields.setUint32(2, incarnation);
  return bytes;
}

/** Returns the worker that a secret names; `undefined` for none. */
export function ownerOf(token: Uint8Array): WorkerName | undefined {
  const fields = new DataView(token.buffer, token.byteOffset, token.length);
  const incarnation = fields.getUint32(2);
  return incarnation === 0
    ? undefined
    : { index: fields.getUint16(0), incarnation };
}

/** Returns whether two are the same life of the same worker. */
export function isSameWorker(a: WorkerName, b: WorkerName): boolean {
  return a.index === b.index && a.incarnation === b.incarnation;
}

/**
 * The addresses of the writes of a batch.
 *
 * @module
 */
/** Where the store is mounted is of no account here, as the client has it. */
const ADDRESS =
  /^(?:\/?[^?#]*)?\/?api\/collections\/([^/?#]{1,300})\/records(?:\/([^/?#]{1,300}))?(?:\?([^#]*))?$/;

/** The parts of an address; they are encoded still. */
export interface BatchAddress {
  readonly name: string;
  readonly id: string | undefined;
  readonly search: string;
}

/** Returns the parts of the address of a write; undefined if it is none. */
export function parseBatchAddress(url: string): BatchAddress | undefined {
  const match = ADDRESS.exec(url);
  if (match === null) return undefined;
  const [, name = "", id, search = ""] = match;
  return { name, id, search };
}

/**
 * The frame that reports a size.
 *
 * @module
 */
import type { PtySize, PtyViewerName } from "../../pty/mod.ts";
import type { ServerFrame } from "./protocol.ts";

/** Returns the frame for a size, and whose it is. */
export function sizeFrame(
  { columns, rows }: PtySize,
  owner: PtyViewerName | undefined,
): ServerFrame {
  const isKnown = owner !== undefined && owner.id !== "";
  const { id: clientId, name } = owner ?? { id: "", name: "" };
  return {
    type: "size",
    columns,
    rows,
    owner: isKnown ? { clientId, name } : undefined,
  };
}

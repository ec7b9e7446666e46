/**
 * Links in the output, marked by the program or found in its text: Ctrl or Cmd and
 * a click opens one; a click or a tap shows where it leads, to open it from there.
 *
 * @module
 */
import { WebLinksAddon } from "@xterm/addon-web-links";
import type { ILinkHandler, Terminal } from "@xterm/xterm";

/** What happens with links. */
export interface LinkActions {
  /** Offers a link, whose address a person should see. */
  offer(address: string): void;
  /** Shows where a link under the mouse leads; `undefined` when it has left. */
  hover(address: string | undefined): void;
}

/** Makes links work, which nothing else may handle. */
export function useLinks(terminal: Terminal, actions: LinkActions): void {
  const activate = (event: MouseEvent, address: string): void => {
    if (!isWebAddress(address)) return;
    if (event.ctrlKey || event.metaKey) open(address);
    else if (!terminal.hasSelection()) actions.offer(address);
  };
  const handler: ILinkHandler = {
    activate,
    hover: (_event, address) => actions.hover(address),
    leave: () => actions.hover(undefined),
  };
  terminal.options.linkHandler = handler;
  terminal.loadAddon(
    new WebLinksAddon(activate, {
      hover: (_event, address) => actions.hover(address),
      leave: () => actions.hover(undefined),
    }),
  );
}

/** Opens an address, which learns nothing of this page. */
function open(address: string): void {
  globalThis.open(address, "_blank", "noopener,noreferrer");
}

/** Whether an address is of the web: others might start a program. */
export function isWebAddress(address: string): boolean {
  const protocol = URL.parse(address)?.protocol;
  return protocol === "http:" || protocol === "https:";
}

/** Switches colours on or off for the whole program. */
export function setColorEnabled(value: boolean): void;
/** Whether colours are on. */
export function getColorEnabled(): boolean;
/** Makes text bold. */
export function bold(str: string): string;
/** Makes text dim. */
export function dim(str: string): string;
/** Makes text red. */
export function red(str: string): string;
/** Makes text green. */
export function green(str: string): string;
/** Makes text yellow. */
export function yellow(str: string): string;
/** Makes text cyan. */
export function cyan(str: string): string;

/** Options for {@linkcode format}. */
export interface FormatOptions {
  /** Count bits. @default {false} */
  bits?: boolean;
  /** Use powers of 1024 (KiB). @default {false} */
  binary?: boolean;
  /** Put a `+` before positive numbers. @default {false} */
  signed?: boolean;
  /** `true` for the system's locale, or BCP 47 language tags. */
  locale?: boolean | string | string[];
  /** The fewest digits after the point. */
  minimumFractionDigits?: number;
  /** The most digits after the point. */
  maximumFractionDigits?: number;
}

/** Writes a number of bytes for people: 1337 → `1.34 kB`. */
export function format(num: number, options?: FormatOptions): string;

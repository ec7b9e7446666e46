/** Options for {@linkcode TextLineStream}. */
export interface TextLineStreamOptions {
  /** Also split at a lone `\r`. @default {false} */
  allowCR?: boolean;
}

/** Cuts a stream of text into its lines, without their endings. */
export class TextLineStream extends TransformStream<string, string> {
  constructor(options?: TextLineStreamOptions);
}

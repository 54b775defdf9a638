/** Errors of nasport. The message of an `InputError` names the file, the line and the path in the document. */

export type PathInDocument = readonly (string | number)[];

export interface ErrorPlace {
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly path?: PathInDocument;
}

/** Wrong input: a document, a notation, a bundle or an argument. */
export class InputError extends Error {
  // Literal, because minified code has other class names.
  override readonly name: string = "InputError";
  /** What is wrong and what was expected, in one sentence. */
  readonly problem: string;
  readonly file: string | undefined;
  /** Line in the file, counted from 1. */
  readonly line: number | undefined;
  /** Keys and indices that lead from the root of the document to the mistake. */
  readonly path: PathInDocument;

  constructor(problem: string, place: ErrorPlace = {}) {
    const path = place.path ?? [];
    const line = place.line === undefined ? "" : `line ${place.line}`;
    super(printable([place.file ?? "", line, formatPath(path), problem].filter(Boolean).join(": ")));
    this.problem = problem;
    this.file = place.file;
    this.line = place.line;
    this.path = path;
  }

  /** Return the same error with the file and the line filled in if they are missing. */
  at(place: { file?: string | undefined; line?: number | undefined }): this {
    return this.copy({ file: this.file ?? place.file, line: this.line ?? place.line, path: this.path });
  }

  /** Return the same error with `path` in front of its path. */
  within(...path: (string | number)[]): this {
    return this.copy({ file: this.file, line: this.line, path: [...path, ...this.path] });
  }

  private copy(place: ErrorPlace): this {
    return new (this.constructor as new (problem: string, place: ErrorPlace) => this)(this.problem, place);
  }
}

/** A part of the network has an unknown cost or does not fit; the message names it. */
export class UnknownCostError extends InputError {
  override readonly name = "UnknownCostError";
}

/** Replace the characters that a terminal acts upon: escapes, line breaks, changes of direction. */
export function printable(text: string): string {
  return text.replace(/[^\P{C}]|[\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, "\uFFFD");
}

/** Format `["cells", "normal", "nodes", 3, "op"]` as `cells.normal.nodes[3].op`. */
export function formatPath(path: PathInDocument): string {
  let text = "";
  for (const part of path) {
    text += typeof part === "number" ? `[${part}]` : text ? `.${part}` : part;
  }
  return text;
}

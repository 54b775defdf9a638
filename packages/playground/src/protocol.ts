/** Messages between the page and the worker that scores. */

export interface Failure {
  /** The message of the command line: line, path, what is wrong, what was expected. */
  readonly message: string;
  readonly line: number | null;
  readonly path: readonly (string | number)[];
  /** Whether the encoder of descriptions would help. */
  readonly needsEncoder: boolean;
}

/** What `nasport score --json` prints, as far as the page shows it. */
export interface Numbers {
  readonly name: string;
  readonly hash: string;
  readonly score: number;
  readonly parameters: number | null;
  readonly reachableParameters: number;
  readonly flops: number | null;
  readonly distance: number | null;
  readonly warnings: readonly string[];
  readonly milliseconds: number;
}

/** Return the numbers of a scored outcome; null if there are none. */
export function numbersOf(outcome: Outcome | null | undefined): Numbers | null {
  return outcome?.kind === "score" ? outcome.numbers : null;
}

export type BundleFiles = ReadonlyMap<string, Uint8Array>;

export type Outcome = { readonly kind: "score"; readonly numbers: Numbers } | FailureResult;
export type FailureResult = { readonly kind: "failure"; readonly failure: Failure };
export type Reading =
  | { readonly kind: "document"; readonly text: string; readonly notation: string }
  | { readonly kind: "choose"; readonly notations: readonly string[] }
  | FailureResult;
export type Writing = { readonly kind: "text"; readonly text: string } | FailureResult;
export type Opening = { readonly kind: "opened" } | FailureResult;

/** A job of the worker. `open` reads the bundle from `files`, or from the address `base` if there are none. */
export type Job =
  | { readonly do: "open"; readonly files: BundleFiles | null; readonly base: string }
  | { readonly do: "encoder"; readonly base: string }
  | { readonly do: "score"; readonly text: string; readonly file: string }
  | { readonly do: "read"; readonly text: string; readonly notation: string }
  | { readonly do: "write"; readonly text: string; readonly notation: string };

export type Result = Outcome | Reading | Writing | Opening;

/** The result of each job. */
export interface Results {
  open: Opening;
  encoder: Opening;
  score: Outcome;
  read: Reading;
  write: Writing;
}

export interface Question {
  readonly id: number;
  readonly job: Job;
}

export interface Answer {
  readonly id: number;
  readonly result: Result;
}

export const MAX_CHARACTERS = 1_000_000;

/** Return the failure of a text that is longer than the page reads. */
export function tooLong(size: number): FailureResult {
  return failed(`${size.toLocaleString("en-US")} bytes, expected at most ${MAX_CHARACTERS.toLocaleString("en-US")}`);
}

/** Return a failure that belongs to no place in the document. */
export function failed(message: string): FailureResult {
  return { kind: "failure", failure: { message, line: null, path: [], needsEncoder: false } };
}

/** Return the message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The page's use of the package `nasport`: open the bundle, score a document, read and write notations. */

import {
  bundleFromFiles,
  bundleFromUrl,
  InputError,
  knowsAttributes,
  notations,
  openBundle,
  parseArchitecture,
  Predictor,
  readNotation,
  writeNotation,
} from "nasport";
import type { Architecture, Bundle } from "nasport";
import { jsonText, parsedJson } from "./json_value.js";
import {
  failed,
  MAX_CHARACTERS,
  messageOf,
  tooLong,
  type BundleFiles,
  type FailureResult,
  type Job,
  type Opening,
  type Outcome,
  type Reading,
  type Result,
  type Writing,
} from "./protocol.js";

/** Scores documents with one bundle, with or without the encoder of descriptions. */
export class Scoring {
  private bundle: Bundle | null = null;
  private predictor: Predictor | null = null;
  private hasEncoder = false;

  /** Do a job; mistakes in the input are results, not exceptions. */
  async run(job: Job): Promise<Result> {
    try {
      switch (job.do) {
        case "open":
          return await this.open(job.files, job.base);
        case "encoder":
          return await this.openEncoder(job.base);
        case "score":
          return await this.score(job.text, job.file);
        case "read":
          return read(job.text, job.notation);
        case "write":
          return write(job.text, job.notation);
      }
    } catch (error) {
      return failure(error);
    }
  }

  private async open(files: BundleFiles | null, base: string): Promise<Opening> {
    const source = files
      ? bundleFromFiles("universal", new Map(files))
      : bundleFromUrl(new URL("universal/", base).href);
    this.bundle = await openBundle(source);
    this.predictor = await Predictor.load(this.bundle);
    return { kind: "opened" };
  }

  private async openEncoder(base: string): Promise<Opening> {
    if (!this.bundle) return failed("the predictor is not loaded yet");
    const encoder = await openBundle(bundleFromUrl(new URL("minilm/", base).href));
    this.predictor = await Predictor.load(this.bundle, { encoder });
    this.hasEncoder = true;
    return { kind: "opened" };
  }

  private async score(text: string, file: string): Promise<Outcome> {
    if (!this.predictor) return failed("the predictor is not loaded yet");
    if (text.length > MAX_CHARACTERS) return tooLong(text.length);
    const start = performance.now();
    const architecture = parseArchitecture(text, file ? { file } : {});
    const words = this.hasEncoder ? undefined : describedInWords(architecture);
    if (words !== undefined) return needsEncoder(words, architecture.operators.has(words));
    const [score] = await this.predictor.score([architecture]).catch((error: unknown) => {
      throw error instanceof InputError ? ofDocument(error, file) : error;
    });
    if (!score) return failed("the predictor returned no score");
    const { name, hash, parameters, reachableParameters, flops, distance } = score;
    const milliseconds = performance.now() - start;
    return {
      kind: "score",
      numbers: {
        name,
        hash,
        score: score.score,
        parameters,
        reachableParameters,
        flops,
        distance: distance ?? null,
        warnings: [...score.warnings],
        milliseconds,
      },
    };
  }
}

/** Read a text in a notation, or in every notation that accepts it. */
function read(text: string, notation: string): Reading {
  if (text.length > MAX_CHARACTERS) return tooLong(text.length);
  if (notation) return document(readNotation(notation, text), notation);
  const accepting = notations().filter((each) => accepts(each.name, text));
  const [only] = accepting;
  if (only && accepting.length === 1) return document(readNotation(only.name, text), only.name);
  if (accepting.length) return { kind: "choose", notations: accepting.map((each) => each.name) };
  if (/^\s*[{[]/.test(text)) return { kind: "document", text, notation: "" };
  return failed("the text is neither a document nor in a known notation, choose the notation to see what is wrong");
}

function accepts(notation: string, text: string): boolean {
  try {
    readNotation(notation, text);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

function document(architecture: Architecture, notation: string): Reading {
  return { kind: "document", text: jsonOf(architecture), notation };
}

function jsonOf(architecture: Architecture): string {
  return jsonText(parsedJson(JSON.stringify(architecture.toJson())) ?? {});
}

function write(text: string, notation: string): Writing {
  return { kind: "text", text: writeNotation(notation, parseArchitecture(text)) };
}

/** Return the key of the first operator of which only a description is known; undefined if there is none. */
function describedInWords(architecture: Architecture): string | undefined {
  for (const cell of architecture.usedCells.values()) {
    for (const node of cell.nodes) {
      const keys = node.candidates.length ? node.candidates : [node.op];
      const found = keys.find((key) => !knowsAttributes(architecture.operator(key)));
      if (found) return found;
    }
  }
  const stages = architecture.usedCells.size ? [] : (architecture.skeleton?.stages ?? []);
  return stages.find((stage) => stage.op && !knowsAttributes(architecture.operator(stage.op)))?.op;
}

function needsEncoder(key: string, isInDocument: boolean): FailureResult {
  const message =
    `the operator '${key}' is known by its description alone, ` +
    "expected its kind and numbers too, or the encoder, which reads descriptions";
  const path = isInDocument ? ["operators", key] : [];
  return { kind: "failure", failure: { message, line: null, path, needsEncoder: true } };
}

/** Return an error of a batch as the error of its only document, as the command line prints it. */
function ofDocument(error: InputError, file: string): InputError {
  return new InputError(error.problem, { ...(file ? { file, line: 1 } : {}), path: error.path.slice(1) });
}

function failure(error: unknown): FailureResult {
  if (error instanceof InputError) {
    const { message, line, path } = error;
    return { kind: "failure", failure: { message, line: line ?? null, path: [...path], needsEncoder: false } };
  }
  return failed(`unexpected error: ${messageOf(error)}`);
}

/** The text of a file that a person opens, or the sentence that says what the file is and what to do. */

import { decodeUtf8, InputError, parseJson } from "nasport";
import { MAX_CHARACTERS, tooLong } from "./protocol.js";

/** Number of bytes that are enough to recognize a file of another format. */
const HEAD = 512;

/** Return the text of a file. Throws an error with the message of the command line if it has none. */
export async function textOf(file: File): Promise<string> {
  const { name, size } = file;
  const bytes = await bytesOf(size > MAX_CHARACTERS ? file.slice(0, HEAD) : file, name);
  const refusal = refusalOf(bytes, name);
  if (/\.pt2$/i.test(name)) throw model("a program of torch.export", name);
  if (/\.onnx$/i.test(name) || refusal?.problem.startsWith("this is an ONNX model")) throw model("an ONNX model", name);
  if (refusal) throw refusal;
  if (size > MAX_CHARACTERS) throw new InputError(tooLong(size).failure.message, { file: name });
  return decodeUtf8(bytes, { file: name });
}

async function bytesOf(file: Blob, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new InputError("the browser cannot read this, expected a file", { file: name });
  }
}

/** Return the error of a file of another format, which has no line; null for text, whose mistakes have one. */
function refusalOf(bytes: Uint8Array, file: string): InputError | null {
  try {
    parseJson(bytes.subarray(0, HEAD), { file });
  } catch (error) {
    if (error instanceof InputError && error.line === undefined) return error;
  }
  return null;
}

function model(what: string, name: string): InputError {
  const safe = name.replace(/[^\w.-]/g, "_");
  const command = `nasport import ${safe} --out ${safe.replace(/\.\w+$/, "")}.json`;
  return new InputError(
    `this is ${what}; import it on the command line, then drop the document here: ${command}`,
    { file: name },
  );
}

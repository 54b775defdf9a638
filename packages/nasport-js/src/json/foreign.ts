/**
 * Recognize files of other formats by their first bytes, and JSON objects of other formats by their keys.
 *
 * A user who scores a checkpoint or the configuration of a model learns which file that is, instead of the position
 * where it stops being JSON. Nothing is unpacked or loaded.
 */

import type { JsonObject } from "./values.js";

/** Number of bytes from the start of a file that are enough to recognize it. */
export const HEAD = 512;

/** What nasport reads instead. */
export const EXPECTED =
  "nasport reads architectures as JSON documents (docs/reference/formats.md) or as notations (`nasport formats`), " +
  "and models as ONNX or .pt2 files (docs/guides/your-model.md)";
const UTF8 = "expected UTF-8; in PowerShell, `Get-Content OLD | Set-Content -Encoding utf8 NEW` converts it";

// The first bytes as a text of one character per byte.
const BEGINNINGS: readonly (readonly [string, string])[] = [
  ["\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "a PyTorch checkpoint"], // before version 1.6
  ["\x89HDF\r\n\x1a\n", "an HDF5 file, such as Keras writes"],
  ["\x93NUMPY", "a NumPy array"],
  ["\x89PNG", "a PNG picture"],
  ["\xff\xd8\xff", "a JPEG picture"],
  ["GIF8", "a GIF picture"],
  ["%PDF-", "a PDF document"],
  ["\x1f\x8b", "a gzip archive, unpack it first"],
  ["BZh", "a bzip2 archive, unpack it first"],
  ["\xfd7zXZ\x00", "an xz archive, unpack it first"],
  ["\x28\xb5\x2f\xfd", "a Zstandard archive, unpack it first"],
  ["7z\xbc\xaf\x27\x1c", "a 7z archive, unpack it first"],
  ["GGUF", "a GGUF model"],
  ["SQLite format 3\x00", "an SQLite database"],
  ["PAR1", "a Parquet table"],
  ["ARROW1", "an Arrow table"],
  ["\x7fELF", "a program"],
  ["\x08\x01\x12", "a TensorFlow model"], // SavedModel: version 1, then a graph
];

// An ONNX file begins with its format version (3 and up) and another field.
const ONNX = /^\x08[\x03-\x40][\x12\x1a\x22\x28\x32\x3a\x42]/;
const PICKLE =
  /^(?:\x80[\x02-\x05]|\([dl]p\d+\r?\n|c(?:copy_?reg|__builtin__|__main__|collections|numpy|torch)[\w.]*\r?\n)/;
const UTF16 = /^(?:(?:[\t\r\n -~]\x00){4}|(?:\x00[\t\r\n -~]){4})/;
const MARKUP = /^(?:\xef\xbb\xbf)?[ \t\n\r\f\v]*<(?:\?xml|!|[A-Za-z])/;
const TORCH_ENTRY = /^[^/]+\/(?:data[./]|version|byteorder|\.)/;
const KERAS_ENTRIES = ["metadata.json", "config.json", "model.weights.h5"];

const HUGGING_FACE = "a Hugging Face model configuration (config.json)";
const NODE_PACKAGE = "a package.json of Node.js";
const KEYS: readonly (readonly [readonly string[], string])[] = [
  [["model_type"], HUGGING_FACE],
  [["architectures"], HUGGING_FACE],
  [["_class_name"], HUGGING_FACE],
  [["architecture", "num_classes"], "a timm model configuration (config.json)"],
  [["weight_map"], "the index of a checkpoint"],
  [["class_name", "config"], "a Keras model"],
  [["nbformat"], "a Jupyter notebook"],
  [["name", "dependencies"], NODE_PACKAGE],
  [["name", "scripts"], NODE_PACKAGE],
  [["$schema", "properties"], "a JSON Schema"],
];

/** Return one sentence that says which file begins with these bytes; null if it may be a document of nasport. */
export function refusal(bytes: Uint8Array): string | null {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD));
  if (!head.slice(0, 9).includes("\x00") && /^[ \t\n\r\f\v]*[{[]/.test(head)) {
    return null;
  }
  const encoding = wideText(head);
  if (encoding !== null) {
    return `this is ${encoding}; ${UTF8}`;
  }
  const what = foreignFile(head);
  return what === null ? null : `this is ${what}; ${EXPECTED}`;
}

/** Name what a JSON object without `format` is; null if its keys are not known. */
export function foreignObject(value: JsonObject): string | null {
  return KEYS.find(([keys]) => keys.every((key) => value.has(key)))?.[1] ?? null;
}

/** Name the format of a file, with an article; null if the file may be text. */
function foreignFile(head: string): string | null {
  const known = BEGINNINGS.find(([beginning]) => head.startsWith(beginning));
  if (known !== undefined) {
    return known[1];
  }
  if (head.startsWith("PK\x03\x04")) {
    return zipArchive(head);
  }
  if (ONNX.test(head)) {
    return "an ONNX model";
  }
  return binaryFile(head) ?? textFile(head);
}

function binaryFile(head: string): string | null {
  const length = littleEndian(head, 0, 8);
  if (head[8] === "{" && length >= 2n && length < 100_000_000n) {
    return "a safetensors checkpoint";
  }
  if (head.slice(0, 8).includes("\x00") && littleEndian(head, 8, 12) === maskedCrc32c(head.slice(0, 8))) {
    return "a TFRecord file";
  }
  if (head.slice(4, 8) === "TFL3") {
    return "a TensorFlow Lite model";
  }
  return head.slice(257, 262) === "ustar" ? "a tar archive, unpack it first" : null;
}

function textFile(head: string): string | null {
  if (PICKLE.test(head)) {
    return "a Python pickle, which nasport does not load for safety";
  }
  if (MARKUP.test(head)) {
    return /<html/i.test(head) ? "an HTML page" : "an XML file";
  }
  return head.slice(0, 64).includes("\x00") && /[^\x00]/.test(head) ? "a binary file" : null;
}

/** Recognize UTF-32 and UTF-16 by the byte order mark or by zero bytes between ASCII characters; else null. */
function wideText(head: string): string | null {
  if (head.startsWith("\xff\xfe\x00\x00") || head.startsWith("\x00\x00\xfe\xff")) {
    return "UTF-32 text";
  }
  const marked = head.startsWith("\xff\xfe") || head.startsWith("\xfe\xff");
  return marked || UTF16.test(head) ? "UTF-16 text, which `>` writes in PowerShell" : null;
}

/** Name what a ZIP archive holds, by the name of its first file, which follows a header of 30 bytes. */
function zipArchive(head: string): string {
  const name = head.slice(30, 30 + Number(littleEndian(head, 26, 28)));
  if (TORCH_ENTRY.test(name)) {
    return "a PyTorch checkpoint";
  }
  if (name.endsWith(".npy")) {
    return "a NumPy archive";
  }
  return KERAS_ENTRIES.includes(name) ? "a Keras model" : "a ZIP archive, unpack it first";
}

function littleEndian(head: string, start: number, end: number): bigint {
  let value = 0n;
  for (const unit of [...head.slice(start, end)].reverse()) {
    value = (value << 8n) | BigInt(unit.charCodeAt(0));
  }
  return value;
}

/** Return the checksum that a TFRecord stores for each length: Castagnoli's CRC, rotated and shifted. */
function maskedCrc32c(data: string): bigint {
  let crc = 0xffffffff;
  for (const unit of data) {
    crc ^= unit.charCodeAt(0);
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    }
  }
  crc = ~crc;
  return BigInt((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
}

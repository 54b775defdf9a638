/** Files that the page does not read, with the sentence that says what to do. */

const IMPORT = "import it on the command line, then drop the document here:";

/** Return a sentence about a model file, or null if the file may be text. */
export function foreignFile(name: string, head: Uint8Array): string | null {
  if (/\.onnx$/i.test(name) || isOnnx(head)) return `${name}: this is an ONNX model; ${IMPORT} ${command(name)}`;
  if (/\.pt2$/i.test(name)) return `${name}: this is a program of torch.export; ${IMPORT} ${command(name)}`;
  if (head.includes(0)) return `${name}: this is a binary file, expected a document as JSON or a text in a notation`;
  return null;
}

function command(name: string): string {
  const safe = name.replace(/[^\w.-]/g, "_");
  return `nasport import ${safe} --out ${safe.replace(/\.\w+$/, "")}.json`;
}

/** An ONNX file begins with its format version, 3 or more, and another field. */
function isOnnx(head: Uint8Array): boolean {
  const [field = 0, version = 0, next = 0] = head;
  return field === 0x08 && version >= 3 && version <= 0x40 && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(next);
}

/** Arrays of NumPy's .npz files: a zip of .npy files, stored or deflated. Only numbers and texts are read, nothing runs. */

import { InputError } from "../errors.js";

/** An array in C order; scalars have an empty shape. */
export type NpyArray = {
  readonly dtype: string;
  readonly shape: readonly number[];
} & (
  | { readonly type: "number"; readonly data: Float32Array | Float64Array }
  | { readonly type: "text"; readonly data: readonly string[] }
);

/** Largest number of arrays in a file, and largest number of bytes of all arrays together. */
const MAX_ARRAYS = 1_000;
const MAX_BYTES = 256 * 1024 ** 2;
const MAX_HEADER_BYTES = 10_000;
const MAX_DIMENSIONS = 8;
const END_RECORD = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;

/** Read all arrays of an .npz by name. Throws `InputError` with the name `file` unless it is a whole, valid file. */
export async function readNpz(bytes: Uint8Array, file?: string): Promise<Map<string, NpyArray>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const arrays = new Map<string, NpyArray>();
    for (const entry of directory(bytes, view)) {
      arrays.set(entry.name.replace(/\.npy$/, ""), readNpy(await contentOf(entry, bytes, view)));
    }
    return arrays;
  } catch (error) {
    if (error instanceof RangeError) throw new InputError("the .npz file is cut off, expected a whole file", { file });
    throw error instanceof InputError ? error.at({ file }) : error;
  }
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly start: number;
}

function directory(bytes: Uint8Array, view: DataView): Entry[] {
  const end = endRecord(view);
  const count = view.getUint16(end + 10, true);
  if (count > MAX_ARRAYS) throw new InputError(`the .npz file has ${count} arrays, expected at most ${MAX_ARRAYS}`);
  const entries: Entry[] = [];
  let [at, total] = [view.getUint32(end + 16, true), 0];
  for (let left = count; left > 0; left--) {
    if (view.getUint32(at, true) !== DIRECTORY_ENTRY) throw new InputError("the .npz file has a broken directory");
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const [packed, size, start] = [20, 24, 42].map((place) => view.getUint32(at + place, true));
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    entries.push({ name, method: view.getUint16(at + 10, true), packed, size, start });
    total += size;
    at += 46 + nameLength + extra + comment;
  }
  if (total > MAX_BYTES) throw new InputError(`the .npz file has ${total} bytes of arrays, expected at most ${MAX_BYTES}`);
  return entries;
}

/** Return the position of the record at the end of a zip, which says where its directory is. */
function endRecord(view: DataView): number {
  const lowest = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= lowest; at--) {
    if (view.getUint32(at, true) === END_RECORD) return at;
  }
  throw new InputError("the file is not a zip, expected an .npz file of NumPy");
}

async function contentOf(entry: Entry, bytes: Uint8Array, view: DataView): Promise<Uint8Array> {
  if (view.getUint32(entry.start, true) !== LOCAL_ENTRY) throw new InputError("the .npz file has a broken directory");
  // The extra field of the local header may be longer than that of the directory: NumPy reserves room for zip64 there.
  const [nameLength, extra] = [26, 28].map((place) => view.getUint16(entry.start + place, true));
  const start = entry.start + 30 + nameLength + extra;
  if (start + entry.packed > bytes.length) throw new RangeError("beyond the end");
  const packed = bytes.subarray(start, start + entry.packed);
  if (entry.method === 0 && entry.packed === entry.size) return packed;
  if (entry.method === 8) return inflated(packed, entry.size);
  throw new InputError(`the array ${entry.name} is neither stored nor deflated, expected a file of numpy.savez`);
}

/** Inflate to exactly `size` bytes; a stream that would become larger is refused before it takes more memory. */
async function inflated(packed: Uint8Array, size: number): Promise<Uint8Array> {
  const wrong = new InputError("an array of the .npz file is not deflated to its stated size");
  const data = new Uint8Array(size);
  let filled = 0;
  const source = new Blob([new Uint8Array(packed)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader: ReadableStreamDefaultReader<Uint8Array> = source.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (filled + part.value.length > size) {
        await reader.cancel();
        throw wrong;
      }
      data.set(part.value, filled);
      filled += part.value.length;
    }
  } catch {
    throw wrong;
  }
  if (filled !== size) throw wrong;
  return data;
}

function readNpy(bytes: Uint8Array): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== 0x934e554d || view.getUint16(4) !== 0x5059) {
    throw new InputError("the .npz file contains something else than an array of NumPy");
  }
  const [headerAt, length] = view.getUint8(6) === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (length > MAX_HEADER_BYTES) throw new InputError("the header of an array is too long");
  const { dtype, shape, isFortran } = readHeader(new TextDecoder().decode(bytes.subarray(headerAt, headerAt + length)));
  const count = shape.reduce((product, size) => product * size, 1);
  const width = itemSize(dtype);
  const start = headerAt + length;
  if (start + count * width !== bytes.length) {
    throw new InputError("an array of the .npz file has another size than its shape");
  }
  // For each value in C order its place in the file.
  const places = isFortran ? fortranPlaces(shape) : Uint32Array.from({ length: count }, (_, i) => i);
  if (dtype.startsWith("<U")) {
    const data = Array.from(places, (place) => readText(view, start + place * width, width / 4));
    return { type: "text", dtype, shape, data };
  }
  return { type: "number", dtype, shape, data: readNumbers(dtype, view, start, places) };
}

/** Return type and shape from the header, a Python literal that NumPy writes in one fixed form. */
function readHeader(header: string): { dtype: string; shape: number[]; isFortran: boolean } {
  const form = /^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), \}\s*$/.exec(header);
  if (form === null) {
    throw new InputError("an array of the .npz file has an unknown header, expected plain numbers or texts");
  }
  const shape = (form[3].match(/\d+/g) ?? []).map(Number);
  if (shape.length > MAX_DIMENSIONS) throw new InputError(`an array has more than ${MAX_DIMENSIONS} dimensions`);
  return { dtype: form[1], shape, isFortran: form[2] === "True" };
}

function itemSize(dtype: string): number {
  const letters = /^<U(\d{1,7})$/.exec(dtype);
  const size = letters === null ? { "<f2": 2, "<f4": 4, "<f8": 8, "<i4": 4, "<i8": 8 }[dtype] : 4 * Number(letters[1]);
  if (size === undefined) throw new InputError(`an array has the type ${dtype}, expected numbers or texts`);
  return size;
}

/** Return the places of the values of an array whose first index changes fastest, in C order. */
function fortranPlaces(shape: readonly number[]): Uint32Array {
  let places = Uint32Array.of(0);
  let step = 1;
  for (const size of shape) {
    const inner = step;
    const next = new Uint32Array(places.length * size);
    places.forEach((place, i) => {
      for (let j = 0; j < size; j++) next[i * size + j] = place + j * inner;
    });
    places = next;
    step *= size;
  }
  return places;
}

function readNumbers(
  dtype: string,
  view: DataView,
  start: number,
  places: Uint32Array,
): Float32Array | Float64Array {
  const read: Record<string, (at: number) => number> = {
    "<f2": (at) => float16(view.getUint16(at, true)),
    "<f4": (at) => view.getFloat32(at, true),
    "<f8": (at) => view.getFloat64(at, true),
    "<i4": (at) => view.getInt32(at, true),
    "<i8": (at) => Number(view.getBigInt64(at, true)),
  };
  const [of, width] = [read[dtype], itemSize(dtype)];
  const data = dtype === "<f2" || dtype === "<f4" ? new Float32Array(places.length) : new Float64Array(places.length);
  places.forEach((place, i) => (data[i] = of(start + place * width)));
  return data;
}

/** Return the number of the 16 bits of an IEEE half. */
export function float16(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 === 0 ? 1 : -1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function readText(view: DataView, start: number, letters: number): string {
  let end = letters; // shorter texts are filled up with zeros
  while (end > 0 && view.getUint32(start + 4 * (end - 1), true) === 0) end--;
  let text = "";
  for (let i = 0; i < end; i++) {
    const letter = view.getUint32(start + 4 * i, true);
    if (letter > 0x10ffff) throw new InputError("a text of the .npz file has an impossible character");
    text += String.fromCodePoint(letter);
  }
  return text;
}

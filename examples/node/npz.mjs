// Reads NumPy's .npz: a zip of .npy files, stored or deflated. Strings and float32 only, the types of operators.npz.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

import { inflateRawSync } from "node:zlib";

/** Arrays by name from the bytes of an .npz: each {shape, data}, data an array of strings or a Float32Array. */
export function readNpz(bytes) {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1"); // the end record says where the directory is
  if (end < 0) throw new Error("not an .npz: a zip's end record is missing");
  const arrays = {};
  let entry = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [method, nameLength, extra, comment] = [10, 28, 30, 32].map((at) => zip.readUInt16LE(entry + at));
    const [size, start] = [20, 42].map((at) => zip.readUInt32LE(entry + at));
    const name = zip.toString("utf8", entry + 46, entry + 46 + nameLength);
    if (method !== 0 && method !== 8) throw new Error(`${name}: neither stored nor deflated`);
    // The local header's extra field may be longer than the directory's: NumPy reserves room for zip64 there.
    const data = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    const packed = zip.subarray(data, data + size);
    arrays[name.replace(/\.npy$/, "")] = readNpy(method === 8 ? inflateRawSync(packed) : packed);
    entry += 46 + nameLength + extra + comment;
  }
  return arrays;
}

function readNpy(npy) {
  const [sizeBytes, headerAt] = npy[6] === 1 ? [2, 10] : [4, 12]; // byte 6: the format's major version
  const start = headerAt + npy.readUIntLE(8, sizeBytes);
  const header = npy.toString("utf8", headerAt, start);
  const type = /'descr': '([^']+)'/.exec(header)?.[1];
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1].match(/\d+/g) ?? []).map(Number);
  const count = shape.reduce((a, b) => a * b, 1);
  if (/'fortran_order': True/.test(header)) throw new Error("expected an array in C order");
  if (type === "<f4") {
    return { shape, data: Float32Array.from({ length: count }, (_, i) => npy.readFloatLE(start + 4 * i)) };
  }
  const width = /^<U(\d+)$/.exec(type)?.[1]; // fixed-width UTF-32, filled up with zeros
  if (width === undefined) throw new Error(`expected an array of <f4 or <U, found ${type}`);
  const text = (i) => String.fromCodePoint(...codePoints(npy, start + 4 * width * i, Number(width))).replace(/\0+$/, "");
  return { shape, data: Array.from({ length: count }, (_, i) => text(i)) };
}

function codePoints(npy, start, count) {
  return Array.from({ length: count }, (_, i) => npy.readUInt32LE(start + 4 * i));
}

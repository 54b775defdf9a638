/** Reader of the protobuf encoding: the fields of one message, without recursion and without copies. */

/** A reason to refuse a file, one sentence. */
export class RefusedError extends Error {}

/** Value of a field: a number of at most 64 bits, or the bytes of a longer value. */
export type FieldValue = bigint | Uint8Array;

/** Yield the number and the value of every field of a message. */
export function* fields(data: Uint8Array): Generator<readonly [number, FieldValue]> {
  let position = 0;
  while (position < data.length) {
    const key = varint(data, position);
    position = key.end;
    const [number, wire] = [Number(key.value >> 3n), Number(key.value & 7n)];
    if (wire === 0) {
      const found = varint(data, position);
      position = found.end;
      yield [number, found.value];
      continue;
    }
    let length = wire === 1 ? 8 : 4;
    if (wire === 2) {
      const found = varint(data, position);
      [length, position] = [Number(found.value), found.end];
    } else if (wire !== 1 && wire !== 5) {
      throw new RefusedError("the file is not an ONNX model: a field has an unknown encoding");
    }
    if (position + length > data.length) throw new RefusedError("the file is not an ONNX model: it ends inside a field");
    yield [number, data.subarray(position, position + length)];
    position += length;
  }
}

/** Return the numbers of one occurrence of a repeated field: a single number, or several packed in bytes. */
export function numbers(value: FieldValue): bigint[] {
  if (typeof value === "bigint") return [value];
  const found: bigint[] = [];
  let position = 0;
  while (position < value.length) {
    const next = varint(value, position);
    found.push(next.value);
    position = next.end;
  }
  return found;
}

/** Return a number; -1 for bytes. */
export function number(value: FieldValue): number {
  return typeof value === "bigint" ? Number(BigInt.asIntN(64, value)) : -1;
}

/** Return the bytes of a message. */
export function message(value: FieldValue): Uint8Array {
  if (typeof value === "bigint") {
    throw new RefusedError("the file is not an ONNX model: a number where a message was expected");
  }
  return value;
}

/** Return a text; bytes that are not UTF-8 become replacement characters. */
export function text(value: FieldValue): string {
  return new TextDecoder().decode(message(value));
}

/** Return the number of a fixed 32-bit field as a float. */
export function float(value: FieldValue): number {
  const data = message(value);
  if (data.length !== 4) throw new RefusedError("the file is not an ONNX model: a float has another size");
  return new DataView(data.buffer, data.byteOffset, 4).getFloat32(0, true);
}

/** Return the number that begins at a position, modulo 2^64, and the position after it. */
function varint(data: Uint8Array, start: number): { value: bigint; end: number } {
  let [low, shift] = [0, 0];
  for (let position = start; position < Math.min(start + 4, data.length); position++, shift += 7) {
    low |= (data[position] & 0x7f) << shift; // at most 28 bits
    if (data[position] < 0x80) return { value: BigInt(low), end: position + 1 };
  }
  return longVarint(data, start);
}

function longVarint(data: Uint8Array, start: number): { value: bigint; end: number } {
  let value = 0n;
  for (let i = 0; i < 10 && start + i < data.length; i++) {
    const byte = data[start + i];
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: start + i + 1 };
  }
  throw new RefusedError("the file is not an ONNX model: a number does not end");
}

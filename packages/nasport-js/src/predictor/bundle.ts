/**
 * Bundles: folders with a manifest and the files that it lists, each with its SHA-256.
 *
 * Only the files that the manifest lists are read, their names are plain, and each is checked before anything reads it.
 */

import { InputError } from "../errors.js";
import { sha256Hex } from "../graphs/sha256.js";
import { parseDocument } from "../json/parse.js";
import { pythonRepr, thousands } from "../json/python_text.js";
import { type JsonValue, toPlain } from "../json/values.js";
import { validate } from "../schemas/validate.js";
import type { BundleManifest } from "./manifest.js";

export const MANIFEST = "bundle.json";
/** Largest manifest and largest other file of a bundle, in bytes. */
export const MAX_MANIFEST_BYTES = 16 * 1024 ** 2;
export const MAX_FILE_BYTES = 256 * 1024 ** 2;
/** From this size on, the hash is left to the platform, which needs a moment to start but is much faster. */
const LARGE = 1 << 20;

/** A place with the files of one bundle: a folder, a URL or files in memory. */
export interface BundleSource {
  /** Name of the place for error messages, such as the path of the folder. */
  readonly name: string;
  /** Return the bytes of a file, at most `limit`. Throws `MissingFileError` if the file is missing, else `InputError`. */
  read(file: string, limit?: number): Promise<Uint8Array>;
}

/** A source has no file of this name. */
export class MissingFileError extends InputError {
  override readonly name = "MissingFileError";
}

/** An opened bundle. Make one with `openBundle`. */
export class Bundle {
  /** Verified files; a file is read once. */
  private readonly verified = new Map<string, Promise<Uint8Array>>();

  constructor(
    readonly source: BundleSource,
    readonly manifest: BundleManifest,
  ) {}

  get name(): string {
    return this.manifest.name;
  }

  get kind(): "predictor" | "encoder" {
    return this.manifest.kind;
  }

  /** Whether the manifest lists a file. */
  has(file: string): boolean {
    return Object.hasOwn(this.manifest.files, file);
  }

  /** Path of a file for error messages. */
  pathOf(file: string): string {
    return placeOf(this.source, file);
  }

  /**
   * Return the bytes of a file after its hash has been checked; they must not be changed.
   *
   * Throws `InputError` if the manifest does not list the file, or if it is missing, too large or has another hash.
   */
  read(file: string): Promise<Uint8Array> {
    let data = this.verified.get(file);
    if (data === undefined) {
      data = this.readVerified(file);
      this.verified.set(file, data);
      data.catch(() => this.verified.delete(file)); // a later attempt may succeed
    }
    return data;
  }

  /** Forget the bytes of a file that has been loaded. */
  release(file: string): void {
    this.verified.delete(file);
  }

  private async readVerified(file: string): Promise<Uint8Array> {
    if (!this.has(file)) {
      const problem = `the bundle lists no file ${pythonRepr(file)}, expected it among its files`;
      throw new InputError(problem, { file: this.pathOf(MANIFEST), path: ["files"] });
    }
    const missing = `a file of the bundle ${pythonRepr(this.name)} is missing, expected it here`;
    const data = await limited(this.source, file, MAX_FILE_BYTES, { problem: missing, file: this.pathOf(file) });
    const [found, expected] = [await hexDigest(data), this.manifest.files[file].sha256];
    if (found !== expected) {
      const name = pythonRepr(this.name);
      const problem = `the file changed after the bundle ${name} was made: SHA-256 ${found}, expected ${expected}`;
      throw new InputError(problem, { file: this.pathOf(file) });
    }
    return data;
  }
}

/** Open the bundle of a source. Throws `InputError` if there is none, or if its manifest is wrong. */
export async function openBundle(source: BundleSource): Promise<Bundle> {
  const missing = { problem: `the folder is not a bundle, expected ${MANIFEST} in it`, file: source.name };
  const data = await limited(source, MANIFEST, MAX_MANIFEST_BYTES, missing);
  const build = (value: JsonValue) => {
    const manifest: unknown = toPlain(value);
    requireManifest(manifest, value);
    return manifest;
  };
  return new Bundle(source, parseDocument(data, build, { file: placeOf(source, MANIFEST) }));
}

/** Return the source of a bundle on a web server, from the address of its folder. */
export function bundleFromUrl(url: string | URL): BundleSource {
  const base = new URL(url, globalThis.document === undefined ? undefined : document.baseURI);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return {
    name: base.href,
    async read(file, limit = MAX_FILE_BYTES) {
      const place = new URL(encodeURIComponent(file), base).href;
      const response = await fetch(place).catch((error: unknown) => {
        throw new InputError(`cannot be read: ${String(error)}`, { file: place });
      });
      if (response.status === 404) throw new MissingFileError("there is no such file", { file: place });
      if (!response.ok) throw new InputError(`cannot be read: HTTP status ${response.status}`, { file: place });
      return readStream(response, limit, place);
    },
  };
}

/** Return the source of a bundle whose files are in memory, by name. */
export function bundleFromFiles(name: string, files: ReadonlyMap<string, Uint8Array>): BundleSource {
  return {
    name,
    async read(file) {
      const data = files.get(file);
      if (data === undefined) throw new MissingFileError("there is no such file", { file: `${name}/${file}` });
      return data;
    },
  };
}

/** Return the message about a file that exceeds the limit. */
export function tooLarge(bytes: number, limit: number, file: string): InputError {
  const [found, most] = [bytes, limit].map(thousands);
  return new InputError(`the file has ${found} bytes, expected at most ${most}`, { file });
}

/** Check the JSON of a manifest, and with it the plain value that was made from it. */
function requireManifest(_plain: unknown, value: JsonValue): asserts _plain is BundleManifest {
  validate("bundle", value);
}

async function limited(
  source: BundleSource,
  file: string,
  limit: number,
  missing: { problem: string; file: string },
): Promise<Uint8Array> {
  let data: Uint8Array;
  try {
    data = await source.read(file, limit);
  } catch (error) {
    if (error instanceof MissingFileError) throw new InputError(missing.problem, { file: missing.file });
    throw error;
  }
  if (data.length > limit) throw tooLarge(data.length, limit, placeOf(source, file));
  return data;
}

/** Read the body of a response, and stop as soon as it exceeds the limit. */
async function readStream(response: Response, limit: number, file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
    size += part.value.length;
    if (size > limit) {
      await reader?.cancel();
      throw tooLarge(size, limit, file);
    }
    chunks.push(part.value);
  }
  const data = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    data.set(chunk, offset);
    offset += chunk.length;
  }
  return data;
}

function placeOf(source: BundleSource, file: string): string {
  return source.name.endsWith("/") ? source.name + file : `${source.name}/${file}`;
}

async function hexDigest(data: Uint8Array): Promise<string> {
  const platform = globalThis.crypto?.subtle; // missing on pages that were not loaded securely
  if (data.length < LARGE || platform === undefined) return sha256Hex(data);
  const digest = new Uint8Array(await platform.digest("SHA-256", new Uint8Array(data)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

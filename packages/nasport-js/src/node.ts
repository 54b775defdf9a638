/** Bundles from folders of the file system. The only module that needs Node. */

import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

import { InputError } from "./errors.js";
import { type BundleSource, MAX_FILE_BYTES, MissingFileError, tooLarge } from "./predictor/bundle.js";

/** Return the source of a bundle in a folder. Files outside of the folder, behind symbolic links, are refused. */
export function bundleFromFolder(folder: string): BundleSource {
  return {
    name: folder,
    async read(name, limit = MAX_FILE_BYTES) {
      const file = join(folder, name);
      try {
        const found = await stat(file);
        if (!found.isFile()) throw new MissingFileError("there is no such file", { file });
        if (dirname(await realpath(file)) !== (await realpath(folder))) {
          throw new InputError("the file is outside the folder of the bundle, expected a file inside it", { file });
        }
        if (found.size > limit) throw tooLarge(found.size, limit, file);
        return await readFile(file);
      } catch (error) {
        if (error instanceof InputError) throw error;
        throw fileError(error, file);
      }
    },
  };
}

function fileError(error: unknown, file: string): InputError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") return new MissingFileError("there is no such file", { file });
  return new InputError(`cannot be read: ${code || String(error)}`, { file });
}

/** Networks that a bundle does not score, because measurements found that its scores do not rank them. */

import { InputError } from "../errors.js";
import type { Architecture } from "../schemas/architecture.js";
import type { BundleManifest } from "./manifest.js";

/** Throw `InputError` with the reason of the manifest if an architecture gets no score. */
export function checkRefusals({ refuses }: BundleManifest, architecture: Architecture): void {
  const reason = refuses?.recurrent;
  if (reason !== undefined && architecture.isRecurrent) throw new InputError(reason);
}

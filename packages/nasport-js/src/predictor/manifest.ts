/** Contents of `bundle.json` after validation against nasport/schemas/bundle.schema.json: the keys that are read here. */

/** Shape and type of an input or output of an ONNX graph. */
export interface TensorSignature {
  readonly shape: readonly (number | string)[];
  readonly dtype: string;
}

/** Ranges of nearly all training data, from which the distance of a score is computed. */
export interface DistanceContent {
  readonly statistics: readonly string[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly grows: readonly string[];
  readonly unit: number;
}

/** Expected labels at increasing scores. */
export interface CalibrationContent {
  readonly label: string;
  readonly scores: readonly number[];
  readonly values: readonly number[];
  readonly half_width: number;
  readonly coverage: number;
}

/** The manifest of a bundle. */
export interface BundleManifest {
  readonly format: "nasport-bundle";
  readonly version: 1;
  readonly kind: "predictor" | "encoder";
  readonly name: string;
  readonly description?: string;
  readonly license?: string;
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes?: number }>>;
  readonly encoder?: { readonly name: string; readonly sha256: string };
  readonly inputs: Readonly<Record<string, TensorSignature>>;
  readonly outputs: Readonly<Record<string, TensorSignature>>;
  readonly features?: readonly string[];
  readonly globals?: readonly string[];
  readonly reads?: { readonly skeleton?: boolean };
  readonly refuses?: { readonly recurrent?: string };
  readonly judges?: readonly string[];
  readonly trained_on?: { readonly nodes?: readonly number[]; readonly operators?: readonly string[] };
  readonly distance?: DistanceContent;
  readonly calibration?: CalibrationContent;
}

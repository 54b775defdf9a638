/** Types of the data in `data.ts`: the vocabulary and the part of JSON Schema, draft 7, that nasport's schemas use. */

/** A kind of operators in `operators.json`. */
export interface KindEntry {
  readonly family?: string;
  readonly needs?: readonly string[];
  readonly optional?: Readonly<Record<string, number | string | null>>;
  readonly words?: Readonly<Record<string, readonly string[]>>;
  readonly beside?: Readonly<Record<string, readonly (number | string)[]>>;
}

/** An operator in `operators.json`; further keys are attributes. */
export interface OperatorEntry {
  readonly text: string;
  readonly kind: string;
  readonly family?: string;
  readonly ordered?: boolean;
  readonly [attribute: string]: number | string | boolean | undefined;
}

export interface OperatorsData {
  readonly words: Readonly<Record<string, readonly string[]>>;
  readonly kinds: Readonly<Record<string, KindEntry>>;
  readonly operators: Readonly<Record<string, OperatorEntry>>;
}

export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly const?: string | number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly items?: JsonSchema;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
}

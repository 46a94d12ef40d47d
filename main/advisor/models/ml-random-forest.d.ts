/** The part of ml-random-forest 2.1 that is used: its own declarations are not found by its package.json. */
declare module 'ml-random-forest' {
  export interface CartNode {
    readonly splitColumn?: number;
    readonly splitValue?: number;
    readonly left?: CartNode;
    readonly right?: CartNode;
    /** The answer of a leaf. */
    readonly distribution?: number;
  }
  export class RandomForestRegression {
    constructor(options: {
      seed: number;
      nEstimators: number;
      /** Share of columns per tree, or their number. */
      maxFeatures: number;
      replacement: boolean;
      useSampleBagging: boolean;
      noOOB: boolean;
      treeOptions: { minNumSamples: number; maxDepth: number };
    });
    train(rows: number[][], values: number[]): void;
    predict(rows: number[][]): number[];
    readonly estimators: readonly { readonly root: CartNode }[];
    /** Per tree, the columns it was given. */
    readonly indexes: readonly (readonly number[])[];
  }
}

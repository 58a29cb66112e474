/** One figure of a benchmark: ours beside a peer or a limit measured in the same run. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  /** What `theirs` is. */
  readonly against: string;
  readonly theirs: number;
  readonly ratio: number;
  readonly goal: string;
  readonly holds: boolean;
}

export interface Benchmark {
  readonly name: string;
  run(say: (line: string) => void): Promise<Figure>;
}

export const round = (value: number, digits = 2): number => Math.round(value * 10 ** digits) / 10 ** digits;

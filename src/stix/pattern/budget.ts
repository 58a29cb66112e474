import { PatternError } from "./errors.ts";

/** Steps that one matching may take, whatever the pattern and the observations hold. */
export class Budget {
  readonly #allowed: number;
  #left: number;

  constructor(steps: number) {
    this.#allowed = steps;
    this.#left = steps;
  }

  /** @throws PatternError `pattern-budget`. */
  charge(steps = 1): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw new PatternError("pattern-budget", `matching took more than ${this.#allowed} steps and was given up`, {
        fix: "Match fewer observations at a time, narrow the pattern, or allow more steps.",
        detail: { steps: this.#allowed },
      });
    }
  }
}

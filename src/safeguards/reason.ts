/** One reason, in words that an officer can act on. */
export interface Reason {
  readonly rule: string;
  readonly message: string;
  /** The legal source of the rule. */
  readonly source: string;
  /** The lawful way on. */
  readonly fix: string;
}

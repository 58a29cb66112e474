import { CodedError, type ErrorHelp } from "#base";

/** Each refusal of the server, with its HTTP status and its title in the error resource (TAXII 2.1 §3.6). */
const FAULTS = {
  "query-invalid": [400, "The query is not as the standard has it"],
  "next-invalid": [400, "The page mark is not one that this server gave for this question"],
  "body-invalid": [400, "The body is not a TAXII envelope"],
  unauthenticated: [401, "Sign in"],
  forbidden: [403, "Not allowed"],
  "not-found": [404, "Nothing here"],
  "method-not-allowed": [405, "This resource does not take that method"],
  "not-acceptable": [406, "No media type that was asked for can be given"],
  "too-large": [413, "The request is too large"],
  "media-type": [415, "The body's media type cannot be read"],
  "too-many-requests": [429, "Too many requests"],
  internal: [500, "Something failed on this server"],
} as const;

type TaxiiFaultCode = keyof typeof FAULTS;

/** An answer that is an error resource. */
export class TaxiiFault extends CodedError<TaxiiFaultCode> {
  readonly room = "exchange";
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: TaxiiFaultCode, message: string, help: ErrorHelp & { headers?: Record<string, string> } = {}) {
    super(code, message, help);
    this.headers = help.headers ?? {};
  }

  get status(): number {
    return FAULTS[this.code][0];
  }

  /** §3.6.1: `http_status` is text, `title` is required. */
  resource(errorId: string): string {
    return JSON.stringify({
      title: FAULTS[this.code][1],
      description: this.fix === undefined ? this.message : `${this.message} ${this.fix}`,
      error_id: errorId,
      error_code: this.code,
      http_status: String(this.status),
      ...(this.where === undefined ? {} : { details: { where: this.where } }),
    });
  }
}

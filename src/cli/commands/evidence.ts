import { writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { BaseError } from "#base";
import { checkEvidence, type KeyPeriod, type KnownKey } from "#ledger";
import { actingOfficer, dateOption, print, readText, withNode } from "../context.ts";

type Keys = Readonly<Record<string, readonly KnownKey[]>>;

/** `PARTY=KEY`, or `PARTY=KEY@UNTIL` of one that was revoked; several times, also of one party. */
function keyOption(value: string, before: Keys): Keys {
  const match = /^(identity--[0-9a-f-]{36})=([A-Za-z0-9+/]{43}=)(?:@(.+))?$/.exec(value);
  if (match === null)
    throw new InvalidArgumentError("a key is given as identity--…=BASE64 (32 bytes), or …=BASE64@UNTIL");
  const [, party = "", key = "", until] = match;
  const known = { key, ...(until === undefined ? {} : { until: moment(until) }) };
  return { ...before, [party]: [...(before[party] ?? []), known] };
}

function moment(text: string): string {
  try {
    return dateOption(text);
  } catch (error) {
    if (error instanceof BaseError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

export function evidenceCommand(program: Command): void {
  const evidence = program.command("evidence").description("prove a release, offline, years later");
  evidence
    .command("make")
    .description("write the evidence bundle of a release: one file")
    .argument("<release>")
    .requiredOption("--out <file>")
    .action(async (release: string, options: { out: string }, command: Command) => {
      await withNode(command, async (node) => {
        const text = await node.exchange.evidence(await actingOfficer(command, node), release);
        writeFileSync(options.out, text, { flag: "wx" });
        print(
          command,
          { release, file: options.out, bytes: text.length },
          `${options.out} proves ${release}. Anyone can check it: entente evidence check ${options.out}`,
        );
      });
    });
  evidence
    .command("check")
    .description("judge an evidence bundle; needs no node, no configuration and no network")
    .argument("<file>")
    .option(
      "--key <party=key>",
      "a party's public key that you hold from elsewhere (of both); @UNTIL: revoked then",
      keyOption,
      {},
    )
    .action((file: string, options: { key: Keys }, command: Command) => {
      const verdict = checkEvidence(readText(file), options.key);
      const heading = { genuine: "GENUINE", incomplete: "GENUINE, BUT INCOMPLETE", refused: "REFUSED" }[
        verdict.verdict
      ];
      print(command, { file, ...verdict }, [
        `${heading}: judged by ${verdict.keysFrom === "given" ? "the keys that you gave" : "the keys inside the file; compare them with ones you hold (--key)"}.`,
        ...verdict.reasons.map((reason) => `  ${reason.where}: ${reason.message} [${reason.code}]`),
        ...(verdict.facts?.given ?? []).map(
          (given) =>
            `  ${given.sent}  ${given.kind} “${given.title}”, ${given.records} record(s), place ${given.sequence} in the sender's log`,
        ),
        ...(verdict.facts?.given ?? []).flatMap((given) => [
          ...given.approvals.map(({ officer, role, at }) => `    approved ${at} by ${officer}, ${role}`),
          ...given.markings.map((marking) => `    under ${marking}`),
        ]),
        ...(verdict.facts?.returned ?? []).map(
          (receipt) =>
            `  ${receipt.received}  receipt for place ${receipt.sequence}: ${Object.entries(receipt.results)
              .map(([result, n]) => `${n} ${result}`)
              .join(", ")}`,
        ),
        ...(verdict.facts?.cosigned ?? []).map(
          (word) => `  ${word.at}  ${word.cosigner} cosigned the log of ${word.log} at ${word.size} entries`,
        ),
        ...(verdict.facts?.keys ?? []).map((key) => `  key of ${key.party}: ${keyWords(key)}`),
      ]);
      if (verdict.verdict !== "genuine") process.exitCode = 1;
    });
}

/** A key, and from which place to which it holds. */
export function keyWords({ key, first, last, until, ended }: KeyPeriod): string {
  const words = `${key}, from place ${first}`;
  if (ended === null) return `${words}, in force`;
  if (ended === "rotated") return `${words} to ${last ?? "?"}, replaced, overlap until ${until ?? "?"}`;
  return `${words} to ${last ?? "?"}, REVOKED ${until ?? ""}`;
}

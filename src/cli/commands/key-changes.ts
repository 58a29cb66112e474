import type { Command } from "commander";
import { LONGEST_OVERLAP_DAYS, ownPeriods, partnerPeriods } from "#exchange";
import type { KeyPeriod } from "#ledger";
import { changeKeys, forgetKeys, keysAreSealed } from "#node";
import { actingOfficer, type Common, findChannel, homeFolder, passphrase, print, withNode } from "../context.ts";
import { keyWords } from "./evidence.ts";

const now = (): Date => new Date();
const RESTART =
  "Start the node again: until then it signs with the old key. Make a new backup: an older one has not the new keys.";

/** `keys list|rotate|recover|revoke|forget`. */
export function keyChangeCommands(keys: Command): void {
  keys
    .command("list")
    .description("every key of ours and of our partners, and where each holds")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const channels = await node.store.read(officer, async (r) => {
          const all: { channel: string; partner: string; state: string; ours: KeyPeriod[]; theirs: KeyPeriod[] }[] = [];
          for (const channel of await r.channels.list()) {
            const [ours, theirs] = [await ownPeriods(r, node.self, channel), await partnerPeriods(r, channel)];
            const { id, partnerName, state } = channel;
            all.push({ channel: id, partner: partnerName, state, ours: [...ours], theirs: [...theirs] });
          }
          return all;
        });
        print(command, { key: node.self.key.publicKey, channels }, [
          `We sign with ${node.self.key.publicKey}`,
          ...channels.flatMap(({ channel, partner, state, ours, theirs }) => [
            `${partner}  ${state}  ${channel}`,
            ...ours.map((period) => `  ours    ${keyWords(period)}`),
            ...theirs.map((period) => `  theirs  ${keyWords(period)}`),
          ]),
        ]);
      });
    });
  rotateCommand(keys);
  recoverCommand(keys);
  revokeCommand(keys);
  keys
    .command("forget")
    .description("take keys whose overlap is over out of the folder")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const forgotten = await forgetKeys(
          node,
          await actingOfficer(command, node),
          now,
          await heldPassphrase(command),
        );
        print(command, { forgotten }, `${forgotten} key(s) are gone from this folder.`);
      });
    });
}

/** The passphrase again, to write the keys as they were: sealed or open. */
async function heldPassphrase(command: Command): Promise<string | null> {
  return keysAreSealed(homeFolder(command.optsWithGlobals<Common>())) ? passphrase() : null;
}

function rotateCommand(keys: Command): void {
  keys
    .command("rotate")
    .description("make new keys and tell every partner; the old ones are met beside them until the overlap ends")
    .option(
      "--overlap <days>",
      `for how long, at most ${LONGEST_OVERLAP_DAYS} days: as long as files by hand take`,
      "14",
    )
    .action(async (options: { overlap: string }, command: Command) => {
      const overlapDays = Number(options.overlap);
      if (!(overlapDays >= 0 && overlapDays <= LONGEST_OVERLAP_DAYS))
        command.error(`error: --overlap takes a number of days, at most ${LONGEST_OVERLAP_DAYS}`);
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const change = { kind: "rotation", overlapDays } as const;
        const done = await changeKeys(node, officer, change, now, await heldPassphrase(command));
        if (!("overlapUntil" in done)) return;
        print(command, done, [
          `New key ${done.key}; the old one is met beside it until ${done.overlapUntil}.`,
          ...done.channels.map(({ partner, place }) => `  ${partner} is told at place ${place} of our log`),
          ...done.closed.map((channel) => `  ${channel} was not confirmed yet and is closed: pair anew`),
          RESTART,
          "Whoever witnesses our logs needs the new key too: entente ledger keys.",
        ]);
      });
    });
}

function recoverCommand(keys: Command): void {
  keys
    .command("recover")
    .description("our key is lost or stolen: make new ones, end the old one everywhere, pair anew with each partner")
    .requiredOption("--reason <text>", "what happened, for the audit log")
    .action(async (options: { reason: string }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const change = { kind: "revocation", reason: options.reason } as const;
        const done = await changeKeys(node, officer, change, now, await heldPassphrase(command));
        if ("overlapUntil" in done) return;
        print(command, { channels: done }, [
          "The old key signs nothing any more. Call each partner now, by a way that you trust, and say so:",
          "the partner runs `entente keys revoke`. Then pair anew:",
          ...done.flatMap(({ channel, partner, undelivered }) => [
            `  entente pair invite --continue ${channel} --reason "…" --out ${channel.slice(9, 17)}.entente   (${partner})`,
            ...(undelivered === 0 ? [] : [`    ${undelivered} parcel(s) had not arrived there: release them again`]),
          ]),
          RESTART,
        ]);
      });
    });
}

function revokeCommand(keys: Command): void {
  keys
    .command("revoke")
    .description("a partner says that its key is stolen: take nothing of it any more, until we have paired anew")
    .requiredOption("--channel <id>", "the channel, or the partner's name")
    .requiredOption("--reason <text>", "who said so, how and when")
    .action(async (options: { channel: string; reason: string }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const channel = await findChannel(node, officer, options.channel);
        const done = await node.exchange.revokePartnerKey(officer, channel.id, options.reason);
        print(command, done, [
          `Nothing that ${done.partner}'s old key signs is taken any more; ${done.size} parcels of it stay as history.`,
          "When the partner's invitation comes: entente pair accept FILE.",
        ]);
      });
    });
}

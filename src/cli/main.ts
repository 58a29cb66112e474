import { Command, CommanderError } from "commander";
import { CodedError } from "#base";
import { auditCommand } from "./commands/audit.ts";
import { backupCommand, restoreCommand } from "./commands/backup.ts";
import { basisCommand } from "./commands/basis.ts";
import { consentCommand } from "./commands/consent.ts";
import { copiesCommand, expireCommand, oversightCommand } from "./commands/copies.ts";
import { dialogueCommand } from "./commands/dialogue/index.ts";
import { designationsCommand } from "./commands/designations.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { errorReportCommand } from "./commands/error-report.ts";
import { evidenceCommand } from "./commands/evidence.ts";
import { exportCommand } from "./commands/export.ts";
import { feedCommand } from "./commands/feed.ts";
import { importCommand } from "./commands/import.ts";
import { incidentCommand } from "./commands/incident.ts";
import { inboxCommand } from "./commands/inbox.ts";
import { initCommand } from "./commands/init.ts";
import { ledgerCommand } from "./commands/ledger.ts";
import { listsCommand } from "./commands/lists.ts";
import { markCommand, recordsCommand } from "./commands/mark.ts";
import { keysCommand } from "./commands/keys.ts";
import { mediaCommand } from "./commands/media.ts";
import { officerCommand, whoCanCommand } from "./commands/officer.ts";
import { pairCommand } from "./commands/pair.ts";
import { patternCommand } from "./commands/pattern.ts";
import { redressCommand } from "./commands/redress.ts";
import { releaseCommand } from "./commands/release.ts";
import { retentionCommand } from "./commands/retention.ts";
import { safeguardsCommand } from "./commands/safeguards.ts";
import { screenCommand } from "./commands/screen.ts";
import { startCommand } from "./commands/start.ts";
import { sessionCommand, tokenCommand } from "./commands/token.ts";
import { taxiiCommand } from "./commands/taxii.ts";
import { validateCommand } from "./commands/validate.ts";
import { verifyCommand } from "./commands/verify.ts";
import { witnessCommand } from "./commands/witness.ts";

const COMMANDS = [
  initCommand,
  startCommand,
  officerCommand,
  whoCanCommand,
  sessionCommand,
  tokenCommand,
  auditCommand,
  pairCommand,
  basisCommand,
  markCommand,
  importCommand,
  listsCommand,
  designationsCommand,
  feedCommand,
  taxiiCommand,
  recordsCommand,
  releaseCommand,
  consentCommand,
  copiesCommand,
  oversightCommand,
  expireCommand,
  safeguardsCommand,
  retentionCommand,
  redressCommand,
  errorReportCommand,
  inboxCommand,
  dialogueCommand,
  incidentCommand,
  verifyCommand,
  evidenceCommand,
  ledgerCommand,
  witnessCommand,
  exportCommand,
  validateCommand,
  patternCommand,
  screenCommand,
  mediaCommand,
  keysCommand,
  backupCommand,
  restoreCommand,
  doctorCommand,
];

function program(): Command {
  const entente = new Command("entente")
    .description(
      "The node of one party: what it agreed, what it shares, what it can prove. Exit codes: 0 done, 1 refused or failed, 2 usage.",
    )
    .option("--home <folder>", "the node's folder (or ENTENTE_HOME; default .entente)")
    .option("--as <address>", "the officer on whose behalf the command acts (or ENTENTE_OFFICER)")
    .option("--json", "print one JSON object on one line")
    .enablePositionalOptions(false)
    .showHelpAfterError("(--help shows how)");
  for (const add of COMMANDS) add(entente);
  const everywhere = (command: Command): void => {
    command.exitOverride();
    for (const child of command.commands) {
      if (child.commands.length === 0) child.option("--home <folder>").option("--as <address>").option("--json");
      everywhere(child);
    }
  };
  everywhere(entente);
  return entente;
}

try {
  await program().parseAsync(process.argv);
} catch (error) {
  const json = process.argv.includes("--json");
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof CodedError) {
    const { code, message, where, fix, detail } = error;
    if (json) console.log(JSON.stringify({ error: { code, message, where, fix, detail } }));
    else console.error(`${message}${fix === undefined ? "" : `\n${fix}`}`);
    process.exitCode = 1;
  } else if (error instanceof Error && "code" in error) {
    console.error(error.message);
    process.exitCode = 1;
  } else {
    throw error;
  }
}

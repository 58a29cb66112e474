import { statSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { type EntenteNode, keysAreSealed } from "#node";
import { homeFolder, print, withNode, type Common } from "../context.ts";

interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly says: string;
}

export function doctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("look at this node's health: keys, store, clock, channels, outbox")
    .action(async (_options: object, command: Command) => {
      const folder = homeFolder(command.optsWithGlobals<Common>());
      const findings: Finding[] = [];
      await withNode(command, async (node) => {
        findings.push(keysFinding(folder), clockFinding(), ...(await storeFindings(node)));
      });
      const ok = findings.every((finding) => finding.ok);
      print(
        command,
        { ok, findings },
        findings.map((finding) => `${finding.ok ? "well " : "AMISS"}  ${finding.check}: ${finding.says}`),
      );
      if (!ok) process.exitCode = 1;
    });
}

function keysFinding(folder: string): Finding {
  const mode = statSync(join(folder, "keys.json")).mode & 0o777;
  const ok = (mode & 0o077) === 0;
  return {
    check: "keys",
    ok,
    says: ok
      ? `readable by this account only, ${keysAreSealed(folder) ? "sealed" : "not sealed (entente keys seal)"}`
      : `others may read keys.json (mode ${mode.toString(8)}): chmod 600 it`,
  };
}

function clockFinding(): Finding {
  const year = new Date().getUTCFullYear();
  const ok = year >= 2026 && year < 2100;
  return {
    check: "clock",
    ok,
    says: ok ? new Date().toISOString() : `the year is ${year}: set the clock before anything is signed`,
  };
}

async function storeFindings(node: EntenteNode): Promise<Finding[]> {
  const doctor = { kind: "job", party: node.self.id, name: "doctor", may: [] } as const;
  return node.store.read(doctor, async (r) => {
    const out: Finding[] = [{ check: "store", ok: true, says: `${node.store.engine}, this version's schema` }];
    const officers = await r.officers.list();
    const administrators = officers.filter(
      (officer) => officer.roles.includes("administrator") && officer.disabledAt === null,
    );
    out.push({
      check: "officers",
      ok: administrators.length > 0,
      says: `${officers.length}, of them ${administrators.length} administrator(s)`,
    });
    for (const channel of await r.channels.list()) {
      if (channel.state === "closed" && (await r.keys.successor(channel.id)) !== null) {
        out.push({ check: `channel ${channel.partnerName}`, ok: true, says: "closed, continued by a later pairing" });
        continue;
      }
      const waiting = await r.parcels.queued(channel.id);
      const ok = channel.state === "active" && channel.lastError === null;
      out.push({
        check: `channel ${channel.partnerName}`,
        ok,
        says: `${channel.state}, ${waiting} waiting${channel.lastError === null ? "" : `, last error: ${channel.lastError}`}`,
      });
    }
    const clients = (await r.taxii.clients()).filter((client) => client.revokedAt === null);
    const collections = (await r.taxii.collections()).length;
    const unused = clients.length > 0 && collections === 0;
    out.push({
      check: "TAXII",
      ok: !unused,
      says: unused
        ? `${clients.length} client(s) and no collection: entente taxii collection add`
        : `${clients.length} client(s), ${collections} collection(s)`,
    });
    const incidents = (await r.parcels.incidents()).filter((incident) => incident.seenBy === null);
    out.push({
      check: "incidents",
      ok: incidents.length === 0,
      says:
        incidents.length === 0
          ? "none"
          : `${incidents.length} that nobody has looked at: ${incidents[0]?.message ?? ""}. What to do: entente incident list`,
    });
    return out;
  });
}

import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../../api/client.ts";
import { dialogueRecordsQuery } from "../../api/queries.ts";
import { MarkingPicker } from "../../components/markings.tsx";
import { Section } from "../../components/page.tsx";
import { Answer, Empty, Failure } from "../../components/states.tsx";
import { Name, State } from "../../components/words.tsx";
import { partyName } from "./commitments.tsx";

type Joint = Schemas["JointRecord"];

/** The record of a round: who has signed this text, and what was proposed against it. */
export function JointRecords({ screen, writes }: { readonly screen: Schemas["NextRound"]; readonly writes: boolean }) {
  const { t } = useTranslation();
  const query = useQuery(dialogueRecordsQuery(screen.dialogue.id));
  return (
    <Section title={t("dialogue.records")}>
      <Answer query={query}>
        {({ records }) =>
          records.length === 0 ? (
            <Empty>{t("dialogue.noRecord")}</Empty>
          ) : (
            records.map((record) => <JointRecord key={record.id} record={record} screen={screen} writes={writes} />)
          )
        }
      </Answer>
    </Section>
  );
}

function JointRecord(props: {
  readonly record: Joint;
  readonly screen: Schemas["NextRound"];
  readonly writes: boolean;
}) {
  const { t } = useTranslation();
  const { record, screen, writes } = props;
  const client = useQueryClient();
  const again = () => void client.invalidateQueries({ queryKey: ["dialogue", screen.dialogue.id] });
  const accept = useMutation({
    mutationFn: (id: string) => ask(api.POST("/round-amendments/{id}/accept", { params: { path: { id } } })),
    onSuccess: again,
  });
  const mine = record.signatures.find((signature) => signature.party === screen.us);
  return (
    <Stack gap={6} mb="md">
      <Group gap="xs">
        <Text fw={500}>
          <Name>{record.name}</Name>
        </Text>
        <State state={record.state === "closed" ? "confirmed" : "draft"}>
          {t(`dialogue.recordState.${record.state}`)}
        </State>
      </Group>
      {record.texts.map(({ lang, text }) => (
        <Text key={lang} size="sm" lang={lang} dir="auto" className="reading" style={{ whiteSpace: "pre-wrap" }}>
          {text}
        </Text>
      ))}
      {record.signatures.map((signature) => (
        <Text key={signature.party} size="sm">
          <Name>{partyName(screen, signature.party)}</Name>: {t(`dialogue.signature.${signature.state}`)}
          {signature.signedBy !== null && (
            <>
              {" "}
              (<Name>{signature.signedBy}</Name>, {signature.signedOn})
            </>
          )}
        </Text>
      ))}
      {record.openAmendments.map((id) => (
        <Group key={id} gap="xs">
          <Text size="sm">{t("dialogue.proposed")}</Text>
          {record.own && writes && (
            <Button size="compact-xs" variant="default" onClick={() => accept.mutate(id)} loading={accept.isPending}>
              {t("dialogue.accept")}
            </Button>
          )}
        </Group>
      ))}
      {accept.error !== null && <Failure error={accept.error} />}
      {writes && record.state !== "closed" && mine?.state !== "valid" && <Sign record={record} onSigned={again} />}
    </Stack>
  );
}

/** Signs the very text that stands above: its hash goes along, so a newer one is not signed unseen. */
function Sign({ record, onSigned }: { readonly record: Joint; readonly onSigned: () => void }) {
  const { t } = useTranslation();
  const [signedBy, setSignedBy] = useState("");
  const [markings, setMarkings] = useState<string[]>([]);
  const sign = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/round-records/{id}/signatures", {
          params: { path: { id: record.id } },
          body: { sha256: record.sha256, signedBy, markings },
        }),
      ),
    onSuccess: onSigned,
  });
  return (
    <Stack gap="xs" maw={480} className="no-print">
      <TextInput
        label={t("dialogue.signedBy")}
        value={signedBy}
        dir="auto"
        onChange={(event) => setSignedBy(event.currentTarget.value)}
      />
      <MarkingPicker label={t("imports.markings")} value={markings} onChange={setMarkings} />
      {sign.error !== null && <Failure error={sign.error} />}
      <Button
        w="fit-content"
        size="xs"
        onClick={() => sign.mutate()}
        loading={sign.isPending}
        disabled={signedBy.trim() === ""}
      >
        {t("dialogue.sign")}
      </Button>
    </Stack>
  );
}

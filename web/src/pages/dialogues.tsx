import { Button, Group, Select, Stack, Table, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask } from "../api/client.ts";
import { channelsQuery, dialoguesQuery, nodeQuery, sessionQuery } from "../api/queries.ts";
import { MarkingPicker } from "../components/markings.tsx";
import { Page, Rows, Section } from "../components/page.tsx";
import { Answer, Empty, Failure } from "../components/states.tsx";
import { Name } from "../components/words.tsx";

function NewDialogue() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const node = useQuery(nodeQuery);
  const channels = useQuery(channelsQuery);
  const [draft, setDraft] = useState({ name: "", partner: "", areas: "", markings: [] as string[] });
  const partner = channels.data?.channels.find((channel) => channel.partner.id === draft.partner)?.partner;
  const make = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/dialogues", {
          body: {
            name: draft.name,
            parties: [
              { ref: node.data?.party.id ?? "", name: node.data?.party.name ?? "" },
              { ref: partner?.id ?? "", name: partner?.name ?? "" },
            ],
            areas: draft.areas
              .split("\n")
              .map((area) => area.trim())
              .filter((area) => area !== ""),
            markings: draft.markings,
          },
        }),
      ),
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: ["dialogues"] });
      void navigate({ to: "/dialogues/$id", params: { id } });
    },
  });
  return (
    <Section title={t("dialogue.new")}>
      <Stack gap="xs" maw={560}>
        <TextInput
          label={t("dialogue.name")}
          value={draft.name}
          dir="auto"
          onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
        />
        <Select
          label={t("dialogue.partner")}
          value={draft.partner === "" ? null : draft.partner}
          onChange={(value) => setDraft({ ...draft, partner: value ?? "" })}
          data={(channels.data?.channels ?? []).map(({ partner: { id, name } }) => ({ value: id, label: name }))}
        />
        <MarkingPicker
          label={t("imports.markings")}
          value={draft.markings}
          onChange={(markings) => setDraft({ ...draft, markings })}
        />
        {make.error !== null && <Failure error={make.error} />}
        <Button
          w="fit-content"
          onClick={() => make.mutate()}
          loading={make.isPending}
          disabled={draft.name.trim() === "" || partner === undefined}
        >
          {t("dialogue.begin")}
        </Button>
      </Stack>
    </Section>
  );
}

export function DialoguesPage() {
  const { t } = useTranslation();
  const query = useQuery(dialoguesQuery);
  const session = useQuery(sessionQuery);
  const writes = session.data?.permissions.includes("content.write") === true;
  return (
    <Page title={t("dialogue.list")} name={t("dialogue.list")} lead={t("dialogue.lead")}>
      <Answer query={query}>
        {({ dialogues }) =>
          dialogues.length === 0 ? (
            <Empty>{t("dialogue.none")}</Empty>
          ) : (
            <Rows label={t("dialogue.list")} heads={[t("dialogue.name"), t("dialogue.parties")]}>
              {dialogues.map((dialogue) => (
                <Table.Tr key={dialogue.id}>
                  <Table.Td>
                    <Link className="row-link" to="/dialogues/$id" params={{ id: dialogue.id }}>
                      <Name>{dialogue.name}</Name>
                    </Link>
                  </Table.Td>
                  <Table.Td>
                    <Group gap={6}>
                      {dialogue.parties.map((party) => (
                        <Name key={party}>{party}</Name>
                      ))}
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Rows>
          )
        }
      </Answer>
      {writes && <NewDialogue />}
    </Page>
  );
}

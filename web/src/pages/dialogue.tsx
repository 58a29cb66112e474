import { Anchor, Box, Button, Group, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconCalendar, IconPrinter } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../api/client.ts";
import { nextRoundQuery, recordQuery, sessionQuery } from "../api/queries.ts";
import { Fact, Page, Section } from "../components/page.tsx";
import { Answer, Failure } from "../components/states.tsx";
import { HandlingWords, Moment, Name } from "../components/words.tsx";
import { Commitments, partyName } from "./dialogue/commitments.tsx";
import { JointRecords } from "./dialogue/records.tsx";
import { Wording } from "./dialogue/wording.tsx";

type Screen = Schemas["NextRound"];

/** The one screen before the next round: who owes what to whom, both sides' scores, what is new, what changed. */
export function DialoguePage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const query = useQuery(nextRoundQuery(id));
  return (
    <Answer query={query}>
      {(screen) => (
        <Page
          title={<Name>{screen.dialogue.name}</Name>}
          name={screen.dialogue.name}
          lead={<Countdown screen={screen} />}
          actions={
            <>
              <Button component={Link} to={`/dialogues/${id}/statements`} variant="default" size="xs">
                {t("dialogue.statements")}
              </Button>
              <Button
                component="a"
                href={`/api/v1/dialogues/${id}/calendar.ics`}
                variant="default"
                size="xs"
                leftSection={<IconCalendar size={14} aria-hidden />}
              >
                {t("dialogue.calendar")}
              </Button>
              <Button
                variant="default"
                size="xs"
                leftSection={<IconPrinter size={14} aria-hidden />}
                onClick={() => print()}
              >
                {t("dialogue.print")}
              </Button>
            </>
          }
          aside={<Aside screen={screen} />}
        >
          <Content screen={screen} />
        </Page>
      )}
    </Answer>
  );
}

function Countdown({ screen }: { readonly screen: Screen }) {
  const { t } = useTranslation();
  if (screen.next === null || screen.daysToGo === null) return <>{t("dialogue.noNext")}</>;
  return (
    <Text component="span" size="sm" fw={600}>
      {t("dialogue.daysToGo", { count: screen.daysToGo })} · <Name>{screen.next.place}</Name> ·{" "}
      <Moment at={screen.next.heldOn} date />
    </Text>
  );
}

function Content({ screen }: { readonly screen: Screen }) {
  const { t } = useTranslation();
  const session = useQuery(sessionQuery);
  const writes = session.data?.permissions.includes("content.write") === true;
  return (
    <>
      <PrintMarking id={screen.dialogue.id} />
      {screen.talkingPoints.length > 0 && (
        <Section title={t("dialogue.talkingPoints")}>
          <ul className="plain">
            {screen.talkingPoints.map((point, n) => (
              <li key={n}>
                <Text size="sm" component="span">
                  {t(`dialogue.point.${point.kind}`)}
                  {point.parties.length > 0 && (
                    <>
                      {" "}
                      (<Name>{point.parties.map((ref) => partyName(screen, ref)).join(", ")}</Name>)
                    </>
                  )}
                  : <bdi dir="auto">{point.text}</bdi>{" "}
                </Text>
                <Anchor component={Link} to={`/records/${point.source}`} size="xs">
                  {t("dialogue.source")}
                </Anchor>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Commitments screen={screen} writes={writes} />
      {screen.wording !== null && <Wording change={screen.wording} />}
      <JointRecords screen={screen} writes={writes} />
    </>
  );
}

/** Stands at the head of every printed page: what may be done with what is on it. */
function PrintMarking({ id }: { readonly id: string }) {
  const record = useQuery(recordQuery(id));
  if (record.data === undefined) return null;
  return (
    <div className="print-marking">
      <HandlingWords handling={record.data.handling} />
    </div>
  );
}

function Aside({ screen }: { readonly screen: Screen }) {
  const { t } = useTranslation();
  const session = useQuery(sessionQuery);
  const writes = session.data?.permissions.includes("content.write") === true;
  return (
    <Stack gap="sm">
      <SimpleGrid cols={2} spacing="xs">
        {screen.overdue.map(({ party, commitments }) => (
          <Fact key={party} label={t("dialogue.overdueBy", { party: partyName(screen, party) })}>
            {commitments.length}
          </Fact>
        ))}
      </SimpleGrid>
      {(
        [
          ["dialogue.next", screen.next],
          ["dialogue.last", screen.last],
        ] as const
      ).map(([label, round]) =>
        round === null ? null : (
          <Fact key={label} label={t(label)}>
            <Name>{round.place}</Name>, <Moment at={round.heldOn} date />
            {round.coChairs.map((chair) => (
              <div key={chair.name}>
                <Name>{chair.name}</Name>
                <Text size="xs" c="dimmed">
                  <bdi dir="auto">{chair.title}</bdi> · <Name>{partyName(screen, chair.party)}</Name>
                </Text>
              </div>
            ))}
          </Fact>
        ),
      )}
      <Fact label={t("dialogue.news")}>
        {screen.news.length === 0
          ? t("dialogue.noNews")
          : screen.news.slice(0, 20).map((item) => (
              <div key={item.id}>
                <Anchor component={Link} to={`/records/${item.id}`} size="sm">
                  <Name>{item.title}</Name>
                </Anchor>
              </div>
            ))}
      </Fact>
      <Box className="national">
        <Text size="xs" fw={600}>
          {t("dialogue.national")}
        </Text>
        {screen.national.notes.map((note) => (
          <Box key={note.id} my={4}>
            <Text size="sm" fw={500}>
              <Name>{note.name}</Name>
            </Text>
            <Text size="sm" dir="auto">
              {note.content}
            </Text>
          </Box>
        ))}
        {screen.national.tasks.map((task) => (
          <Text key={task.id} size="sm">
            {t(task.doneOn === null ? "dialogue.toDo" : "dialogue.done")}: <Name>{task.name}</Name>
          </Text>
        ))}
        {writes && <NewNote dialogue={screen.dialogue.id} />}
      </Box>
    </Stack>
  );
}

function NewNote({ dialogue }: { readonly dialogue: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [note, setNote] = useState({ name: "", content: "" });
  const save = useMutation({
    mutationFn: () => ask(api.POST("/dialogues/{id}/notes", { params: { path: { id: dialogue } }, body: note })),
    onSuccess: () => {
      setNote({ name: "", content: "" });
      void client.invalidateQueries({ queryKey: ["dialogue", dialogue] });
    },
  });
  return (
    <Stack gap={4} mt="xs" className="no-print">
      <TextInput
        size="xs"
        label={t("dialogue.noteName")}
        value={note.name}
        dir="auto"
        onChange={(event) => setNote({ ...note, name: event.currentTarget.value })}
      />
      <Textarea
        size="xs"
        label={t("dialogue.note")}
        value={note.content}
        dir="auto"
        autosize
        onChange={(event) => setNote({ ...note, content: event.currentTarget.value })}
      />
      {save.error !== null && <Failure error={save.error} />}
      <Group>
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => save.mutate()}
          loading={save.isPending}
          disabled={note.name.trim() === "" || note.content.trim() === ""}
        >
          {t("dialogue.keepNote")}
        </Button>
      </Group>
    </Stack>
  );
}

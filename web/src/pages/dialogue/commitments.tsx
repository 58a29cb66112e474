import { Badge, Box, Button, Group, Modal, Select, Stack, Table, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../../api/client.ts";
import { MarkingPicker } from "../../components/markings.tsx";
import { Rows, Section } from "../../components/page.tsx";
import { Failure } from "../../components/states.tsx";
import { Moment, Name } from "../../components/words.tsx";

type Line = Schemas["Commitment"];
type Screen = Schemas["NextRound"];

const DUE_COLOUR = { overdue: "orange", "due-soon": "yellow", open: "gray", done: "teal" } as const;

export const partyName = (screen: Screen, ref: string): string =>
  screen.dialogue.parties.find((party) => party.ref === ref)?.name ?? ref;

function Score({ view }: { readonly view: Line["ours"] }) {
  const { t } = useTranslation();
  if (view === null) return <Text size="sm">{t("dialogue.notScored")}</Text>;
  return (
    <Box>
      <Text size="sm" fw={600} component="span">
        <bdi dir="ltr">{view.score > 0 ? `+${view.score}` : view.score < 0 ? `−${-view.score}` : "0"}</bdi>
      </Text>{" "}
      <Text size="sm" component="span">
        {t(`dialogue.completion.${view.completion as "complete"}`)}
        {view.standing !== "open" && `, ${t(`dialogue.standing.${view.standing as "verified"}`)}`}
      </Text>
      <Text size="xs" c="dimmed">
        <bdi dir="auto">{view.reasons}</bdi>
      </Text>
    </Box>
  );
}

/** Both sides' words on each commitment, side by side. */
export function Commitments({ screen, writes }: { readonly screen: Screen; readonly writes: boolean }) {
  const { t } = useTranslation();
  const [judged, setJudged] = useState<Line | null>(null);
  return (
    <>
      {screen.areas.map((area) => (
        <Section key={area.name} title={<Name>{area.name}</Name>}>
          {area.commitments.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t("dialogue.noneInArea")}
            </Text>
          ) : (
            <Rows
              label={area.name}
              heads={[
                t("dialogue.commitment"),
                t("dialogue.owesAndDue"),
                t("dialogue.ourScore"),
                t("dialogue.theirScore"),
              ]}
            >
              {area.commitments.map((line) => (
                <CommitmentRow
                  key={line.id}
                  line={line}
                  screen={screen}
                  onJudge={writes ? () => setJudged(line) : undefined}
                />
              ))}
            </Rows>
          )}
        </Section>
      ))}
      {judged !== null && <Judge line={judged} dialogue={screen.dialogue.id} onClose={() => setJudged(null)} />}
    </>
  );
}

function CommitmentRow(props: {
  readonly line: Line;
  readonly screen: Screen;
  readonly onJudge: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const { line, screen, onJudge } = props;
  return (
    <Table.Tr>
      <Table.Td style={{ minWidth: 220 }}>
        <Text size="sm" fw={500}>
          <Name>{line.name}</Name>
        </Text>
        {line.text !== line.name && (
          <Text size="sm" className="reading" lang={line.lang}>
            <bdi dir="auto">“{line.text}”</bdi>
          </Text>
        )}
        {line.evidence !== null && (
          <Text size="xs" c="dimmed">
            {t(`dialogue.evidence.${line.evidence.standing as "claimed"}`)}: <bdi dir="auto">{line.evidence.shows}</bdi>{" "}
            (<bdi>{line.evidence.source}</bdi>, <Moment at={line.evidence.on} date />)
          </Text>
        )}
        <Group gap={6}>
          <Badge variant="outline" color="gray" size="sm">
            {t(`dialogue.origin.${line.origin}`)}
          </Badge>
          {line.finding !== null && (
            <Badge variant="light" color="orange" size="sm">
              {t(`dialogue.finding.${line.finding}`)}
            </Badge>
          )}
          {line.disagree && (
            <Badge variant="light" color="yellow" size="sm">
              {t("dialogue.disagree")}
            </Badge>
          )}
        </Group>
      </Table.Td>
      <Table.Td>
        {line.owedBy.map((ref) => (
          <div key={ref}>
            <Name>{partyName(screen, ref)}</Name>
          </div>
        ))}
        {line.dueOn === null ? t("dialogue.noDate") : <Moment at={line.dueOn} date />}
        <div>
          <Badge variant="light" color={DUE_COLOUR[line.state]} size="sm">
            {t(`dialogue.state.${line.state}`)}
          </Badge>
        </div>
      </Table.Td>
      <Table.Td style={{ minWidth: 120 }}>
        <Score view={line.ours} />
        {onJudge !== undefined && (
          <Button size="compact-xs" variant="default" mt={4} className="no-print" onClick={onJudge}>
            {t("dialogue.judge")}
            <span className="visually-hidden"> {line.name}</span>
          </Button>
        )}
      </Table.Td>
      <Table.Td style={{ minWidth: 120 }}>
        {line.theirs.length === 0
          ? t("dialogue.notScored")
          : line.theirs.map((view) => (
              <Box key={view.party} mb={4}>
                <Text size="xs" c="dimmed">
                  <Name>{partyName(screen, view.party)}</Name>
                </Text>
                <Score view={view} />
              </Box>
            ))}
      </Table.Td>
    </Table.Tr>
  );
}

const SCORES = ["1", "0", "-1"] as const;
const COMPLETIONS = ["complete", "substantial", "limited", "not-started", "no-evidence"] as const;

/** What counts as done, when nobody fixed it yet; then this party's own word. */
function Judge({
  line,
  dialogue,
  onClose,
}: {
  readonly line: Line;
  readonly dialogue: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [opened] = useDisclosure(true);
  const [guideline, setGuideline] = useState("");
  const [word, setWord] = useState({
    score: "0",
    completion: "limited",
    standing: "open",
    confidence: "moderate",
    reasons: "",
    markings: [] as string[],
  });
  const save = useMutation({
    mutationFn: async () => {
      const params = { path: { id: line.id } };
      if (line.guideline === null) await ask(api.POST("/commitments/{id}/guideline", { params, body: { guideline } }));
      const { score, markings, ...rest } = word;
      await ask(
        api.POST("/commitments/{id}/assessments", {
          params,
          body: {
            ...(rest as { completion: "limited"; standing: "open"; confidence: "moderate"; reasons: string }),
            score: Number(score) as 0,
            stage: "interim",
            evidence: [],
            markings,
          },
        }),
      );
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["dialogue", dialogue] });
      onClose();
    },
  });
  const set = (change: Partial<typeof word>): void => setWord({ ...word, ...change });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={<bdi dir="auto">{line.name}</bdi>}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Stack gap="xs">
        {line.guideline === null ? (
          <Textarea
            label={t("dialogue.guideline")}
            description={t("dialogue.guidelineHelp")}
            value={guideline}
            dir="auto"
            onChange={(event) => setGuideline(event.currentTarget.value)}
          />
        ) : (
          <Text size="sm">
            {t("dialogue.guideline")}: <bdi dir="auto">{line.guideline}</bdi>
          </Text>
        )}
        <Select
          label={t("dialogue.score")}
          value={word.score}
          onChange={(score) => set({ score: score ?? "0" })}
          allowDeselect={false}
          data={SCORES.map((value) => ({ value, label: t(`dialogue.scores.${value}`) }))}
        />
        <Select
          label={t("dialogue.completionLabel")}
          value={word.completion}
          onChange={(completion) => set({ completion: completion ?? "limited" })}
          allowDeselect={false}
          data={COMPLETIONS.map((value) => ({ value, label: t(`dialogue.completion.${value}`) }))}
        />
        <Select
          label={t("dialogue.standingLabel")}
          value={word.standing}
          onChange={(standing) => set({ standing: standing ?? "open" })}
          allowDeselect={false}
          data={(["open", "claimed-complete"] as const).map((value) => ({
            value,
            label: t(`dialogue.standing.${value}`),
          }))}
        />
        <Textarea
          label={t("dialogue.reasons")}
          value={word.reasons}
          dir="auto"
          autosize
          minRows={2}
          onChange={(event) => set({ reasons: event.currentTarget.value })}
        />
        <MarkingPicker label={t("imports.markings")} value={word.markings} onChange={(markings) => set({ markings })} />
        {save.error !== null && <Failure error={save.error} />}
        <Button
          onClick={() => save.mutate()}
          loading={save.isPending}
          disabled={word.reasons.trim() === "" || (line.guideline === null && guideline.trim() === "")}
        >
          {t("dialogue.save")}
        </Button>
      </Stack>
    </Modal>
  );
}

import { Badge, Box, Button, Group, MultiSelect, Select, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask, type Schemas } from "../../api/client.ts";
import { dialogueStatementsQuery, nextRoundQuery, sessionQuery } from "../../api/queries.ts";
import { MarkingPicker } from "../../components/markings.tsx";
import { Page, Section } from "../../components/page.tsx";
import { Answer, Empty, Failure } from "../../components/states.tsx";
import { Name } from "../../components/words.tsx";

type Statement = Schemas["Statement"];
type Screen = Schemas["NextRound"];
interface Span {
  readonly lang: string;
  readonly start: number;
  readonly end: number;
}

/** Statements with their commitments marked in place: choose words with the mouse or keyboard, or take a suggestion. */
export function StatementsPage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const screen = useQuery(nextRoundQuery(id));
  const statements = useQuery(dialogueStatementsQuery(id));
  const session = useQuery(sessionQuery);
  const writes = session.data?.permissions.includes("content.write") === true;
  return (
    <Page title={t("dialogue.statements")} name={t("dialogue.statements")} lead={t("dialogue.statementsLead")}>
      <Answer query={screen}>
        {(data) => (
          <>
            <Answer query={statements}>
              {({ statements: all }) =>
                all.length === 0 ? (
                  <Empty>{t("dialogue.noStatement")}</Empty>
                ) : (
                  all.map((statement) => (
                    <StatementText key={statement.id} statement={statement} screen={data} writes={writes} />
                  ))
                )
              }
            </Answer>
            {writes && <NewStatement screen={data} />}
          </>
        )}
      </Answer>
    </Page>
  );
}

function StatementText(props: { readonly statement: Statement; readonly screen: Screen; readonly writes: boolean }) {
  const { t } = useTranslation();
  const { statement, screen, writes } = props;
  const [span, setSpan] = useState<Span | null>(null);
  const open = statement.suggestions.filter(
    (found) => !statement.marked.some((mark) => mark.start < found.end && found.start < mark.end),
  );
  return (
    <Section
      title={
        <>
          <Name>{statement.name}</Name>{" "}
          <Badge variant="outline" color="gray" size="sm">
            {t(`dialogue.origin.${statement.origin}`)}
          </Badge>
        </>
      }
    >
      <Box style={{ display: "flex", flexWrap: "wrap", gap: 24 }}>
        <Box style={{ flex: "3 1 420px", minWidth: 0 }}>
          {statement.texts.map(({ lang, text }) => (
            <MarkedText
              key={lang}
              name={statement.name}
              lang={lang}
              text={text}
              marks={statement.marked.filter((mark) => mark.lang === lang)}
              onChoose={writes ? (start, end) => setSpan({ lang, start, end }) : undefined}
            />
          ))}
        </Box>
        <Box component="aside" style={{ flex: "1 1 300px", minWidth: 0 }}>
          {span !== null ? (
            <MarkForm
              key={`${span.start}-${span.end}`}
              span={span}
              statement={statement}
              screen={screen}
              onDone={() => setSpan(null)}
            />
          ) : (
            writes && (
              <>
                <Text size="sm" fw={600}>
                  {t("dialogue.suggested", { count: open.length })}
                </Text>
                <Text size="sm" c="dimmed">
                  {t("dialogue.chooseHelp")}
                </Text>
                {open.slice(0, 50).map((found) => (
                  <Button
                    key={`${found.lang}${found.start}`}
                    variant="subtle"
                    size="compact-sm"
                    justify="flex-start"
                    fullWidth
                    styles={{ label: { whiteSpace: "normal", textAlign: "start" } }}
                    h="auto"
                    py={4}
                    onClick={() => setSpan(found)}
                  >
                    <bdi dir="auto">{found.text}</bdi>
                  </Button>
                ))}
              </>
            )
          )}
        </Box>
      </Box>
    </Section>
  );
}

/** The statement's words. What is chosen in it is found by its place in the text, not by its looks. */
function MarkedText(props: {
  readonly name: string;
  readonly lang: string;
  readonly text: string;
  readonly marks: readonly {
    readonly id: string;
    readonly name: string;
    readonly start: number;
    readonly end: number;
  }[];
  readonly onChoose: ((start: number, end: number) => void) | undefined;
}) {
  const { t } = useTranslation();
  const { name, lang, text, marks, onChoose } = props;
  const parts: ReactNode[] = [];
  let at = 0;
  for (const mark of marks.toSorted((a, b) => a.start - b.start)) {
    if (mark.start < at) continue;
    parts.push(text.slice(at, mark.start));
    parts.push(
      <mark key={mark.id} title={mark.name}>
        {text.slice(mark.start, mark.end)}
      </mark>,
    );
    at = mark.end;
  }
  parts.push(text.slice(at));
  const choose = (box: HTMLElement): void => {
    const chosen = getSelection();
    if (chosen === null || chosen.isCollapsed || onChoose === undefined) return;
    const range = chosen.getRangeAt(0);
    if (!box.contains(range.commonAncestorContainer)) return;
    const before = range.cloneRange();
    before.selectNodeContents(box);
    before.setEnd(range.startContainer, range.startOffset);
    const words = range.toString();
    const lead = words.length - words.trimStart().length;
    const start = before.toString().length + lead;
    const end = start + words.trim().length;
    if (end > start && text.slice(start, end) === words.trim()) onChoose(start, end);
  };
  return (
    <div
      className="reading statement"
      lang={lang}
      dir="auto"
      // It can be walked through by keyboard and chosen from with Shift and the arrow keys (caret browsing) or the mouse.
      tabIndex={0}
      role="region"
      aria-label={t("dialogue.textIn", { name, lang })}
      onMouseUp={(event) => choose(event.currentTarget)}
      onKeyUp={(event) => {
        if (event.key === "Enter") choose(event.currentTarget);
      }}
    >
      {parts}
    </div>
  );
}

function MarkForm(props: {
  readonly span: Span;
  readonly statement: Statement;
  readonly screen: Screen;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { span, statement, screen, onDone } = props;
  const words = statement.texts.find((text) => text.lang === span.lang)?.text.slice(span.start, span.end) ?? "";
  const parties = screen.dialogue.parties.map(({ ref, name }) => ({ value: ref, label: name }));
  const [form, setForm] = useState({
    name: words.slice(0, 80),
    area: screen.areas[0]?.name ?? "",
    owedBy: parties.map(({ value }) => value),
    guideline: "",
    dueOn: "",
    markings: [] as string[],
  });
  const save = useMutation({
    mutationFn: () =>
      ask(
        api.POST("/commitments", {
          body: {
            ...form,
            ...span,
            statement: statement.id,
            owedTo: [],
            guideline: form.guideline.trim() === "" ? null : form.guideline,
            dueOn: form.dueOn === "" ? null : form.dueOn,
          },
        }),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["dialogue", screen.dialogue.id] });
      onDone();
    },
  });
  const set = (change: Partial<typeof form>): void => setForm({ ...form, ...change });
  return (
    <Stack gap="xs">
      <Text size="sm" dir="auto" className="reading">
        “{words}”
      </Text>
      <TextInput
        label={t("dialogue.commitment")}
        value={form.name}
        dir="auto"
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t("dialogue.area")}
        value={form.area}
        dir="auto"
        onChange={(event) => set({ area: event.currentTarget.value })}
      />
      <MultiSelect
        label={t("dialogue.owes")}
        value={form.owedBy}
        data={parties}
        onChange={(owedBy) => set({ owedBy })}
      />
      <Textarea
        label={t("dialogue.guideline")}
        description={t("dialogue.guidelineHelp")}
        value={form.guideline}
        dir="auto"
        onChange={(event) => set({ guideline: event.currentTarget.value })}
      />
      <TextInput
        type="date"
        label={t("dialogue.due")}
        value={form.dueOn}
        onChange={(event) => set({ dueOn: event.currentTarget.value })}
      />
      <MarkingPicker label={t("imports.markings")} value={form.markings} onChange={(markings) => set({ markings })} />
      {save.error !== null && <Failure error={save.error} />}
      <Group gap="xs">
        <Button
          size="xs"
          onClick={() => save.mutate()}
          loading={save.isPending}
          disabled={form.name.trim() === "" || form.area.trim() === "" || form.owedBy.length === 0}
        >
          {t("dialogue.mark")}
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          {t("common.cancel")}
        </Button>
      </Group>
    </Stack>
  );
}

const ORIGINS = ["agreed-text", "unilateral-statement", "commentary"] as const;

function NewStatement({ screen }: { readonly screen: Screen }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const empty = {
    name: "",
    origin: "agreed-text" as (typeof ORIGINS)[number],
    issuedOn: new Date().toISOString().slice(0, 10),
    lang: "en",
    text: "",
    markings: [] as string[],
  };
  const [form, setForm] = useState(empty);
  const [file, setFile] = useState<File | null>(null);
  const set = (change: Partial<typeof form>): void => setForm({ ...form, ...change });
  const save = useMutation({
    mutationFn: async () => {
      const { text, ...rest } = form;
      const words = file === null ? { text } : { document: await base64(file) };
      const params = { path: { id: screen.dialogue.id } };
      const issuedBy = screen.dialogue.parties.map(({ ref }) => ref);
      return ask(
        api.POST("/dialogues/{id}/statements", {
          params,
          body: { ...rest, ...words, issuedBy, round: screen.last?.id ?? null },
        }),
      );
    },
    onSuccess: () => {
      setForm(empty);
      setFile(null);
      void client.invalidateQueries({ queryKey: ["dialogue", screen.dialogue.id] });
    },
  });
  return (
    <Section title={t("dialogue.newStatement")}>
      <Stack gap="xs" maw={640}>
        <TextInput
          label={t("dialogue.name")}
          value={form.name}
          dir="auto"
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Group align="flex-end">
          <Select
            label={t("dialogue.originLabel")}
            value={form.origin}
            allowDeselect={false}
            onChange={(origin) => set({ origin: origin ?? "agreed-text" })}
            data={ORIGINS.map((value) => ({ value, label: t(`dialogue.origin.${value}`) }))}
          />
          <TextInput
            type="date"
            label={t("dialogue.issuedOn")}
            value={form.issuedOn}
            onChange={(event) => set({ issuedOn: event.currentTarget.value })}
          />
          <Select
            label={t("shell.language")}
            value={form.lang}
            allowDeselect={false}
            onChange={(lang) => set({ lang: lang ?? "en" })}
            data={[
              { value: "en", label: "English" },
              { value: "ur", label: "اردو" },
            ]}
          />
        </Group>
        <Textarea
          label={t("dialogue.text")}
          value={form.text}
          dir="auto"
          autosize
          minRows={4}
          maxRows={16}
          disabled={file !== null}
          onChange={(event) => set({ text: event.currentTarget.value })}
        />
        <label>
          <Text size="sm">{t("dialogue.file")}</Text>
          <input
            type="file"
            accept=".txt,.html,.htm,.pdf,.docx"
            onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
          />
        </label>
        <MarkingPicker label={t("imports.markings")} value={form.markings} onChange={(markings) => set({ markings })} />
        {save.error !== null && <Failure error={save.error} />}
        <Button
          w="fit-content"
          onClick={() => save.mutate()}
          loading={save.isPending}
          disabled={form.name.trim() === "" || (form.text.trim() === "" && file === null)}
        >
          {t("dialogue.bring")}
        </Button>
      </Stack>
    </Section>
  );
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () =>
      resolve((typeof reader.result === "string" ? reader.result : "").replace(/^[^,]*,/, "")),
    );
    reader.addEventListener("error", () => reject(reader.error ?? new Error("not readable")));
    reader.readAsDataURL(file);
  });
}

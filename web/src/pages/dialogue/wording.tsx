import { Box, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client.ts";
import { Section } from "../../components/page.tsx";

/** What was added, dropped and changed against the statement before; signs and words, not colour alone. */
export function Wording({ change }: { readonly change: Schemas["WordingChange"] }) {
  const { t } = useTranslation();
  const spans = change.spans.filter((span) => span.kind !== "same");
  return (
    <Section title={t("dialogue.wording")}>
      <Text size="sm" c="dimmed">
        <bdi>{change.before.name}</bdi> ({change.before.issuedOn}) {t("dialogue.against")}{" "}
        <bdi>{change.after.name}</bdi> ({change.after.issuedOn})
      </Text>
      {spans.length === 0 && <Text size="sm">{t("dialogue.sameWording")}</Text>}
      {spans.map((span, n) => (
        <Box key={n} className={`span-${span.kind}`} my={4}>
          <Text size="xs" fw={600}>
            {t(`dialogue.span.${span.kind as "added"}`)}
          </Text>
          <Text size="sm" dir="auto" className="reading">
            {span.words === undefined
              ? (span.after?.text ?? span.before?.text)
              : span.words.map((word, place) =>
                  word.kind === "same" ? (
                    <span key={place}>{word.text}</span>
                  ) : word.kind === "added" ? (
                    <ins key={place}>{word.text}</ins>
                  ) : (
                    <del key={place}>{word.text}</del>
                  ),
                )}
          </Text>
        </Box>
      ))}
    </Section>
  );
}

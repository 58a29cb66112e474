import { Alert, Anchor, Stack, Table, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client.ts";
import { urRules } from "../i18n/ur-rules.ts";
import { Rows } from "./page.tsx";
import { Name, State } from "./words.tsx";

type Reason = Schemas["Reason"];
type Item = Schemas["Release"]["items"][number];

/** A reason in the officer's language. */
function useReasonWords(): (reason: Reason) => Pick<Reason, "message" | "fix"> {
  const { i18n } = useTranslation();
  return (reason) => {
    const [message, fix] = (i18n.language === "ur" ? urRules[reason.rule] : undefined) ?? [reason.message, reason.fix];
    return { message, fix };
  };
}

/** A refusal names the rule, its source, and the lawful way on. */
export function Reasons({ reasons }: { readonly reasons: readonly Reason[] }) {
  const { t } = useTranslation();
  const words = useReasonWords();
  return (
    <Stack gap={6}>
      {reasons.map((reason) => (
        <Alert key={reason.rule} color="orange" variant="light" p="xs">
          <Text size="sm" fw={500}>
            {words(reason).message}{" "}
            <Text span size="xs" c="dimmed">
              ({reason.source})
            </Text>
          </Text>
          <Text size="sm">
            {t("release.wayOn")}: {words(reason).fix}
          </Text>
        </Alert>
      ))}
    </Stack>
  );
}

export function ItemTable({ items }: { readonly items: readonly Item[] }) {
  const { t } = useTranslation();
  const inWords = useReasonWords();
  const words = { allow: t("release.goes"), refuse: t("release.stays"), escalate: t("release.waits") };
  return (
    <Rows label={t("release.answers")} heads={[t("records.name"), t("release.answers")]}>
      {items.map((item) => (
        <Table.Tr key={item.recordId}>
          <Table.Td miw={180}>
            <Anchor component={Link} to={`/records/${item.recordId}`}>
              <Name>{item.title ?? item.recordId}</Name>
            </Anchor>
            <Text size="xs" c="dimmed">
              <bdi>{item.type}</bdi>
              {item.aboutPerson && <> · {t("records.person")}</>}
            </Text>
          </Table.Td>
          <Table.Td>
            <State state={item.copy?.state ?? item.answer.effect}>
              {item.copy === null ? words[item.answer.effect] : t(`release.copies.${item.copy.state}`)}
            </State>
            {item.answer.reasons.map((reason) => (
              <Text key={reason.rule} size="sm" mt={2}>
                {inWords(reason).message}{" "}
                <Text span size="xs" c="dimmed">
                  ({reason.source})
                </Text>{" "}
                {inWords(reason).fix}
              </Text>
            ))}
            {item.answer.obligations.map((duty) => (
              <Text key={duty.message} size="xs" c="dimmed">
                <bdi dir="auto">{inWords(duty).message}</bdi>
              </Text>
            ))}
          </Table.Td>
        </Table.Tr>
      ))}
    </Rows>
  );
}

import { Anchor, Card, Group, Stack, Text } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { inboxQuery } from "../api/queries.ts";
import { Page } from "../components/page.tsx";
import { Answer, Empty } from "../components/states.tsx";
import { Moment, Name, State } from "../components/words.tsx";

export function InboxPage() {
  const { t } = useTranslation();
  const query = useQuery(inboxQuery);
  return (
    <Page title={t("inbox.title")} name={t("inbox.title")} lead={t("inbox.lead")}>
      <Answer query={query}>
        {({ parcels }) =>
          parcels.length === 0 ? (
            <Empty>{t("inbox.empty")}</Empty>
          ) : (
            <Stack gap="sm">
              {parcels.map((parcel) => (
                <Card key={parcel.id} withBorder padding="md" component="article">
                  <Group justify="space-between" align="flex-start">
                    <div>
                      <Text fw={600}>
                        <Name>{parcel.title}</Name>
                      </Text>
                      <Text size="sm" c="dimmed">
                        <Name>{parcel.from.name}</Name> · <Moment at={parcel.receivedAt} />
                      </Text>
                    </div>
                    <Group gap={6}>
                      <State state={parcel.kind === "release" ? "confirmed" : "replaced"}>
                        {t(`inbox.${parcel.kind}`)}
                      </State>
                      <State state={parcel.receiptSent ? "confirmed" : "queued"}>
                        {parcel.receiptSent ? t("inbox.receiptSent") : t("inbox.receiptWaits")}
                      </State>
                    </Group>
                  </Group>
                  <Group gap={4} mt={4}>
                    <IconShieldCheck size={15} aria-hidden />
                    <Text size="xs" c="dimmed">
                      {t("inbox.verified")}
                    </Text>
                  </Group>
                  {parcel.purpose !== null && (
                    <Text size="sm" mt={6}>
                      {t("inbox.purpose")}: <bdi>{parcel.purpose}</bdi> · {t("inbox.basis")}:{" "}
                      <Name>{parcel.legalBasis ?? ""}</Name>
                      {parcel.reviewBy !== null && (
                        <>
                          {" "}
                          · {t("inbox.review")} <Moment at={parcel.reviewBy} date />
                        </>
                      )}
                    </Text>
                  )}
                  <Stack gap={2} mt="xs" component="ul" style={{ paddingInlineStart: 18, marginBlock: 8 }}>
                    {parcel.results.map((result) => (
                      <li key={result.id}>
                        {result.title === null ? (
                          <bdi className="code">{result.id}</bdi>
                        ) : (
                          <Anchor component={Link} to={`/records/${result.id}`}>
                            <Name>{result.title}</Name>
                          </Anchor>
                        )}
                        {result.reason !== null && (
                          <Text span size="sm" c="dimmed">
                            {" "}
                            — {result.reason}
                          </Text>
                        )}
                      </li>
                    ))}
                  </Stack>
                </Card>
              ))}
            </Stack>
          )
        }
      </Answer>
    </Page>
  );
}

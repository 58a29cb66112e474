import { Card, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client.ts";
import { homeQuery, sessionQuery } from "../api/queries.ts";
import { Page, Section } from "../components/page.tsx";
import { Answer } from "../components/states.tsx";
import { Moment, Name, State } from "../components/words.tsx";

function Waiting({
  releases,
  none,
}: {
  readonly releases: readonly Schemas["ReleaseSummary"][];
  readonly none: string;
}) {
  if (releases.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {none}
      </Text>
    );
  return (
    <Stack gap={6}>
      {releases.map((release) => (
        <Card key={release.id} withBorder padding="sm" component={Link} to={`/releases/${release.id}`}>
          <Group justify="space-between">
            <Text fw={500}>
              <Name>{release.title}</Name>
            </Text>
            <Text size="sm" c="dimmed">
              <Name>{release.recipient.name}</Name>
            </Text>
          </Group>
          <Text size="sm" c="dimmed">
            <Name>{release.createdByName}</Name> · <Moment at={release.submittedAt ?? release.createdAt} />
          </Text>
        </Card>
      ))}
    </Stack>
  );
}

function Figure({
  value,
  children,
  to,
}: {
  readonly value: number;
  readonly children: ReactNode;
  readonly to: string;
}) {
  return (
    <Card withBorder padding="sm" component={Link} to={to}>
      <Text size="xl" fw={600}>
        {value}
      </Text>
      <Text size="sm" c="dimmed">
        {children}
      </Text>
    </Card>
  );
}

export function HomePage() {
  const { t } = useTranslation();
  const query = useQuery(homeQuery);
  const session = useQuery(sessionQuery);
  const permissions = session.data?.permissions ?? [];
  return (
    <Page title={t("home.title")} name={t("home.title")} lead={t("home.hello", { name: session.data?.name ?? "" })}>
      <Answer query={query}>
        {(home) => (
          <>
            <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm" mb="sm">
              {permissions.includes("content.read") && (
                <Figure value={home.recentlyIn} to="/inbox">
                  {t("home.recentlyIn")}
                </Figure>
              )}
              {permissions.includes("content.read") && (
                <Figure value={home.records} to="/records">
                  {t("home.records")}
                </Figure>
              )}
              <Figure value={home.unreceipted} to="/ledger">
                {t("home.unreceipted")}
              </Figure>
              <Figure value={home.incidents} to="/ledger">
                {t("home.incidents")}
              </Figure>
            </SimpleGrid>
            {permissions.includes("release.approve") && (
              <Section title={t("home.toApprove")}>
                <Waiting releases={home.toApprove} none={t("home.noApprove")} />
              </Section>
            )}
            {permissions.includes("release.draft") && (
              <Section title={t("home.drafts")}>
                <Waiting releases={home.myDrafts} none={t("home.noDrafts")} />
              </Section>
            )}
            <Section title={t("home.channels")}>
              {home.channels.length === 0 && (
                <Text size="sm" c="dimmed">
                  {t("home.noChannels")}
                </Text>
              )}
              {home.channels.map((channel) => (
                <Group key={channel.id} gap="sm">
                  <Text fw={500}>
                    <Name>{channel.partner.name}</Name>
                  </Text>
                  <State state={channel.state}>{t(`channels.${channel.state}`)}</State>
                  {channel.waiting > 0 && <Text size="sm">{t("channels.waiting", { count: channel.waiting })}</Text>}
                  {channel.lastError !== null && (
                    <Text size="sm" c="orange.8">
                      {channel.lastError}
                    </Text>
                  )}
                </Group>
              ))}
            </Section>
          </>
        )}
      </Answer>
    </Page>
  );
}

import {
  ActionIcon,
  AppShell,
  Badge,
  Burger,
  Button,
  Group,
  Menu,
  NavLink,
  Text,
  Tooltip,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Spotlight, spotlight } from "@mantine/spotlight";
import {
  IconArchive,
  IconBook2,
  IconDatabase,
  IconEye,
  IconHome,
  IconInbox,
  IconLanguage,
  IconLink,
  IconMessages,
  IconMoon,
  IconScale,
  IconSearch,
  IconSend,
  IconUpload,
  IconUser,
} from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, ask } from "../api/client.ts";
import { channelsQuery, homeQuery, nodeQuery, recordsQuery, sessionQuery } from "../api/queries.ts";
import { setLanguage } from "../i18n/index.ts";
import { Failure } from "./states.tsx";

const ENTRIES = [
  { to: "/", key: "home", icon: IconHome, needs: null },
  { to: "/inbox", key: "inbox", icon: IconInbox, needs: "content.read" },
  { to: "/dialogues", key: "dialogues", icon: IconMessages, needs: "content.read" },
  { to: "/records", key: "records", icon: IconDatabase, needs: "content.read" },
  { to: "/releases", key: "releases", icon: IconSend, needs: "content.read" },
  { to: "/import", key: "imports", icon: IconUpload, needs: "import.run" },
  { to: "/bases", key: "bases", icon: IconScale, needs: "content.read" },
  { to: "/channels", key: "channels", icon: IconLink, needs: null },
  { to: "/ledger", key: "ledger", icon: IconBook2, needs: "ledger.verify" },
  { to: "/audit", key: "audit", icon: IconEye, needs: "audit.read" },
] as const;

/** Changes that come over the link show at once. */
function useLiveUpdates(): void {
  const client = useQueryClient();
  useEffect(() => {
    const events = new EventSource("/api/v1/events");
    events.addEventListener(
      "change",
      () =>
        void client.invalidateQueries({
          predicate: (query) => query.queryKey[0] !== "session" && query.queryKey[0] !== "node",
        }),
    );
    return () => events.close();
  }, [client]);
}

export function Shell() {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const session = useQuery(sessionQuery);
  const node = useQuery(nodeQuery);
  const home = useQuery(homeQuery);
  useLiveUpdates();
  useEffect(() => close(), [pathname, close]);
  const permissions = session.data?.permissions ?? [];
  const entries = ENTRIES.filter((entry) => entry.needs === null || permissions.includes(entry.needs));
  const waiting: Readonly<Record<string, number>> = {
    releases: home.data?.toApprove.length ?? 0,
    ledger: home.data?.incidents ?? 0,
  };
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <AppShell.Header className="no-print">
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t("shell.menu")} />
          <Text fw={600} truncate>
            <bdi>{node.data?.party.name ?? "Entente"}</bdi>
          </Text>
          <LinkState />
          <Group ms="auto" gap={6} wrap="nowrap">
            <Button
              variant="default"
              size="xs"
              leftSection={<IconSearch size={14} />}
              onClick={spotlight.open}
              visibleFrom="sm"
            >
              {t("shell.search")}{" "}
              <Text span size="xs" c="dimmed" ms={8}>
                Ctrl K
              </Text>
            </Button>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              onClick={spotlight.open}
              hiddenFrom="sm"
              aria-label={t("shell.search")}
            >
              <IconSearch size={18} />
            </ActionIcon>
            <LanguageMenu />
            <SchemeButton />
            <OfficerMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label={t("shell.menu")} className="no-print">
        {entries.map(({ to, key, icon: Icon }) => (
          <NavLink
            key={to}
            component={Link}
            to={to}
            active={to === "/" ? pathname === "/" : pathname.startsWith(to)}
            label={t(`nav.${key}`)}
            leftSection={<Icon size={17} stroke={1.6} aria-hidden />}
            rightSection={
              (waiting[key] ?? 0) > 0 ? (
                <Badge size="sm" circle>
                  {waiting[key]}
                </Badge>
              ) : undefined
            }
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        {session.error === null ? <Outlet /> : <Failure error={session.error} />}
      </AppShell.Main>
      <Palette entries={entries.map(({ to, key }) => ({ to, label: t(`nav.${key}`) }))} />
    </AppShell>
  );
}

function LinkState() {
  const { t } = useTranslation();
  const { data } = useQuery(channelsQuery);
  if (data === undefined) return null;
  const down = data.channels.filter((channel) => channel.state === "active" && channel.lastError !== null).length;
  const label =
    data.channels.length === 0
      ? t("shell.noChannel")
      : down > 0
        ? t("shell.linkDown", { count: down })
        : t("shell.linkOk");
  return (
    <Badge
      variant="dot"
      color={data.channels.length === 0 ? "gray" : down > 0 ? "orange" : "teal"}
      visibleFrom="sm"
      style={{ textTransform: "none" }}
    >
      {label}
    </Badge>
  );
}

function LanguageMenu() {
  const { t } = useTranslation();
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("shell.language")}>
          <IconLanguage size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => setLanguage("en")} lang="en">
          English
        </Menu.Item>
        <Menu.Item onClick={() => setLanguage("ur")} lang="ur">
          اردو
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function SchemeButton() {
  const { t } = useTranslation();
  const { toggleColorScheme } = useMantineColorScheme();
  return (
    <Tooltip label={t("shell.scheme")}>
      <ActionIcon variant="subtle" color="gray" size="lg" onClick={toggleColorScheme} aria-label={t("shell.scheme")}>
        <IconMoon size={18} />
      </ActionIcon>
    </Tooltip>
  );
}

function OfficerMenu() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { data } = useQuery(sessionQuery);
  const leave = useMutation({
    mutationFn: () => ask(api.DELETE("/session")),
    onSettled: () => {
      client.clear();
      void navigate({ to: "/sign-in" });
    },
  });
  return (
    <Menu>
      <Menu.Target>
        <Button variant="subtle" color="gray" size="xs" leftSection={<IconUser size={15} />}>
          <bdi>{data?.name ?? "…"}</bdi>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <bdi>{data?.email}</bdi>
          <br />
          {data?.roles.join(", ")}
        </Menu.Label>
        <Menu.Item component={Link} to="/security">
          {t("security.title")}
        </Menu.Item>
        <Menu.Item component={Link} to="/activity">
          {t("activity.title")}
        </Menu.Item>
        <Menu.Item onClick={() => leave.mutate()}>{t("shell.signOut")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Pages and records by name, from the keyboard. */
function Palette({ entries }: { readonly entries: readonly { readonly to: string; readonly label: string }[] }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [words, setWords] = useState("");
  const found = useQuery({ ...recordsQuery({ q: words }), enabled: words.trim().length > 1 });
  const records = words.trim().length > 1 ? (found.data?.items ?? []).slice(0, 8) : [];
  const pages = entries.filter((entry) => entry.label.toLowerCase().includes(words.toLowerCase()));
  return (
    <Spotlight.Root query={words} onQueryChange={setWords} shortcut={["mod + K"]}>
      <Spotlight.Search
        placeholder={t("shell.searchHint")}
        leftSection={<IconSearch size={18} />}
        aria-label={t("shell.searchHint")}
      />
      <Spotlight.ActionsList>
        {pages.map((page) => (
          <Spotlight.Action
            key={page.to}
            label={page.label}
            leftSection={<IconArchive size={16} />}
            onClick={() => void navigate({ to: page.to })}
          />
        ))}
        {records.map((record) => (
          <Spotlight.Action
            key={record.id}
            label={record.title}
            description={record.type}
            leftSection={<IconDatabase size={16} />}
            onClick={() => void navigate({ to: "/records/$id", params: { id: record.id } })}
          />
        ))}
        {pages.length + records.length === 0 && <Spotlight.Empty>{t("shell.nothing")}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

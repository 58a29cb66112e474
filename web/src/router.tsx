import { createRootRoute, createRoute, createRouter, Outlet, redirect } from "@tanstack/react-router";
import type { QueryClient } from "@tanstack/react-query";
import { sessionQuery } from "./api/queries.ts";
import { Shell } from "./components/shell.tsx";
import { ActivityPage } from "./pages/activity.tsx";
import { AuditPage } from "./pages/audit.tsx";
import { BasesPage } from "./pages/bases.tsx";
import { ChannelsPage } from "./pages/channels.tsx";
import { DialoguePage } from "./pages/dialogue.tsx";
import { StatementsPage } from "./pages/dialogue/statements.tsx";
import { DialoguesPage } from "./pages/dialogues.tsx";
import { HomePage } from "./pages/home.tsx";
import { ImportPage } from "./pages/import.tsx";
import { InboxPage } from "./pages/inbox.tsx";
import { LedgerPage } from "./pages/ledger.tsx";
import { RecordPage } from "./pages/record.tsx";
import { type RecordsSearch, RecordsPage } from "./pages/records.tsx";
import { ReleaseNewPage } from "./pages/release-new.tsx";
import { ReleasePage } from "./pages/release.tsx";
import { ReleasesPage } from "./pages/releases.tsx";
import { SecurityPage } from "./pages/security.tsx";
import { SignInPage } from "./pages/sign-in.tsx";

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

export function makeRouter(client: QueryClient) {
  const root = createRootRoute({ component: Outlet });
  const signIn = createRoute({ getParentRoute: () => root, path: "/sign-in", component: SignInPage });
  const shell = createRoute({
    getParentRoute: () => root,
    id: "shell",
    component: Shell,
    beforeLoad: async () => {
      try {
        await client.ensureQueryData(sessionQuery);
      } catch {
        // Whatever the reason, the sign-in page says what to do.
        throw redirect({ to: "/sign-in" });
      }
    },
  });
  const page = <P extends string>(path: P, component: () => React.ReactNode) =>
    createRoute({ getParentRoute: () => shell, path, component });
  const records = createRoute({
    getParentRoute: () => shell,
    path: "/records",
    component: RecordsPage,
    validateSearch: (search): RecordsSearch => {
      const [q, from, type, cursor] = [
        text(search["q"]),
        text(search["from"]),
        text(search["type"]),
        text(search["cursor"]),
      ];
      return {
        ...(q === undefined ? {} : { q }),
        ...(from === "own" || from === "partners" ? { from } : {}),
        ...(type === undefined ? {} : { type }),
        ...(cursor === undefined ? {} : { cursor }),
      };
    },
  });
  const tree = root.addChildren([
    signIn,
    shell.addChildren([
      page("/", HomePage),
      page("/inbox", InboxPage),
      records,
      page("/records/$id", RecordPage),
      page("/dialogues", DialoguesPage),
      page("/dialogues/$id", DialoguePage),
      page("/dialogues/$id/statements", StatementsPage),
      page("/releases", ReleasesPage),
      page("/releases/new", ReleaseNewPage),
      page("/releases/$id", ReleasePage),
      page("/channels", ChannelsPage),
      page("/ledger", LedgerPage),
      page("/import", ImportPage),
      page("/bases", BasesPage),
      page("/audit", AuditPage),
      page("/security", SecurityPage),
      page("/activity", ActivityPage),
    ]),
  ]);
  return createRouter({ routeTree: tree, defaultPreload: false });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}

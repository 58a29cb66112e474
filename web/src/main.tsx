import "@mantine/core/styles.css";
import "@mantine/spotlight/styles.css";
import "@fontsource-variable/inter/index.css";
import "@fontsource/noto-naskh-arabic/400.css";
import "@fontsource/noto-naskh-arabic/600.css";
import "./app.css";
import { DirectionProvider, MantineProvider, useDirection } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { useTranslation } from "react-i18next";
import { ApiProblem } from "./api/client.ts";
import { directionOf, startI18n } from "./i18n/index.ts";
import { makeRouter } from "./router.tsx";
import { theme } from "./theme.ts";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5000,
      retry: (count, error) =>
        count < 2 && !(error instanceof ApiProblem && error.problem.status >= 400 && error.problem.status < 500),
    },
  },
});
const router = makeRouter(client);

/** The components turn with the language. */
function Turn() {
  const { i18n } = useTranslation();
  const { setDirection } = useDirection();
  useEffect(() => setDirection(directionOf(i18n.language)), [i18n.language, setDirection]);
  return null;
}

/** The page's policy lets only style elements with its nonce in. */
const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce ?? "";
// Where the libraries that write style elements look for it.
Object.assign(globalThis, { __webpack_nonce__: nonce });

await startI18n();
const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root");
createRoot(root).render(
  <StrictMode>
    <DirectionProvider initialDirection={directionOf(document.documentElement.lang)} detectDirection={false}>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
        <QueryClientProvider client={client}>
          <Turn />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </DirectionProvider>
  </StrictMode>,
);

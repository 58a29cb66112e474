import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en.ts";
import { ur } from "./ur.ts";

export type Language = "en" | "ur";
const KEPT = "entente.language";

export const directionOf = (language: string): "ltr" | "rtl" => (language === "ur" ? "rtl" : "ltr");

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "en" || kept === "ur") return kept;
  return navigator.language.startsWith("ur") ? "ur" : "en";
}

export function setLanguage(language: Language): void {
  localStorage.setItem(KEPT, language);
  void i18next.changeLanguage(language);
}

function applyToPage(language: string): void {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}

export async function startI18n(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: first(),
    fallbackLng: "en",
    resources: { en: { translation: en }, ur: { translation: ur } },
    // React escapes; what is set into an Urdu sentence is kept apart from its direction (Unicode UAX #9, isolates).
    interpolation: {
      escapeValue: true,
      escape: (value) => (i18next.language === "ur" ? `\u2068${value}\u2069` : value),
    },
  });
  applyToPage(i18next.language);
  i18next.on("languageChanged", applyToPage);
}

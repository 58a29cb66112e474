import { startAuthentication, startRegistration } from "@simplewebauthn/browser";
import { api, ApiProblem, ask } from "./client.ts";

/** What the node asks of an authenticator goes to the browser as it came; the node alone judges the answer. */
type Creation = Parameters<typeof startRegistration>[0]["optionsJSON"];
type Request = Parameters<typeof startAuthentication>[0]["optionsJSON"];

/** A person who closes the browser's dialog refused nothing and broke nothing: it is said so. */
async function asked<T extends object>(answer: Promise<T>): Promise<Record<string, unknown>> {
  try {
    return Object.fromEntries(Object.entries(await answer));
  } catch (cause) {
    throw new ApiProblem({
      type: "urn:entente:problem:web:passkey-unanswered",
      title: "No passkey answered.",
      status: 0,
      code: "passkey-unanswered",
      where: null,
      fix:
        cause instanceof Error && cause.name === "InvalidStateError" ? "This device holds one already." : "Try again.",
    });
  }
}

export async function signInWithPasskey() {
  const { ceremony, options } = await ask(api.POST("/sign-in/passkey/options"));
  const response = await asked(startAuthentication({ optionsJSON: options as unknown as Request }));
  return ask(api.POST("/sign-in/passkey", { body: { ceremony, response } }));
}

export async function confirmWithPasskey() {
  const { ceremony, options } = await ask(api.POST("/step-up/options"));
  const response = await asked(startAuthentication({ optionsJSON: options as unknown as Request }));
  return ask(api.POST("/step-up/passkey", { body: { ceremony, response } }));
}

export async function addPasskey(name: string) {
  const { ceremony, options } = await ask(api.POST("/passkeys/options"));
  const response = await asked(startRegistration({ optionsJSON: options as unknown as Creation }));
  return ask(api.POST("/passkeys", { body: { ceremony, name, response } }));
}

export async function goToOrganisation(provider: string, again: boolean): Promise<void> {
  const { url } = await ask(api.POST(again ? "/step-up/oidc" : "/sign-in/oidc", { body: { provider } }));
  window.location.assign(url);
}

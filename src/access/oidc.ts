import { randomUUID } from "node:crypto";
import { type Clock, instantOf, parseJson, sha256Hex } from "#base";
import type { PartyId, Role, Viewer } from "#policy";
import type { Officer, Store, Transactor } from "#store";
import { AccessError } from "./errors.ts";
import type { Whence } from "./guard.ts";
import { newSecret, openSession, type SignedIn } from "./sessions.ts";

/** An organisation's OpenID Connect provider, as config.json names it. */
export interface OidcProvider {
  /** A short name for addresses. */
  readonly name: string;
  /** What the sign-in page shows. */
  readonly title: string;
  readonly issuer: string;
  readonly clientId: string;
  /** `null` for a public client, which proves itself by PKCE alone. */
  readonly clientSecret: string | null;
  /** Roles of an officer whom the provider names and nobody added here; `null`: nobody comes in unasked. */
  readonly provision: readonly Role[] | null;
}

interface OidcBegun {
  /** The provider's address to go to. */
  readonly url: string;
  /** Binds the answer to this browser: kept in a cookie. */
  readonly flow: string;
}

export interface Oidc {
  readonly providers: readonly { readonly name: string; readonly title: string }[];
  /** Begins a sign-in, or with `session` a step-up of that session. @throws AccessError `oidc-unknown`, `oidc-refused`. */
  begin(provider: string, redirectUri: string, session: { id: string; officer: string } | null): Promise<OidcBegun>;
  /**
   * Ends it with the address to which the provider sent the browser back.
   * @returns a session, or `null` when it was a step-up.
   * @throws AccessError `oidc-refused`, `ceremony-over`.
   */
  finish(flow: string, query: string, whence: Whence): Promise<SignedIn | null>;
}

const MINUTES = 10;
/** A step-up asks for a sign-in that is no older. */
const STEP_UP_SECONDS = 300;

interface Flow {
  readonly provider: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly redirectUri: string;
  readonly session: { readonly id: string; readonly officer: string } | null;
}

interface Claims {
  readonly issuer: string;
  readonly subject: string;
  /** `null` unless the provider says that it verified it. */
  readonly email: string | null;
  readonly name: string;
}

/** The library is heavy, and only a party with a provider needs it. */
const library = () => import("openid-client");
type Library = Awaited<ReturnType<typeof library>>;
type Configuration = Awaited<ReturnType<Library["discovery"]>>;

/** OpenID Connect Core 1.0 §3.1, code flow with PKCE (RFC 7636), state and nonce. */
export function createOidc(deps: {
  readonly store: Store;
  readonly party: PartyId;
  readonly clock: Clock;
  readonly oidc?: readonly OidcProvider[];
}): Oidc {
  const { store, party, clock, oidc: providers = [] } = deps;
  const self: Viewer = { kind: "job", party, name: "access", may: [] };
  const discovered = new Map<string, Promise<Configuration>>();

  function providerOf(name: string): OidcProvider {
    const found = providers.find((provider) => provider.name === name);
    if (found === undefined) throw new AccessError("oidc-unknown", `no organisation ${name} is set up here`);
    return found;
  }

  async function configuration(client: Library, provider: OidcProvider): Promise<Configuration> {
    const known = discovered.get(provider.name) ?? discover(client, provider);
    discovered.set(provider.name, known);
    try {
      return await known;
    } catch (cause) {
      discovered.delete(provider.name);
      throw new AccessError("oidc-refused", `${provider.title} cannot be reached, or is not what config.json says`, {
        fix: "Sign in another way, and tell the administrator.",
        cause,
      });
    }
  }

  return {
    providers: providers.map(({ name, title }) => ({ name, title })),
    async begin(name, redirectUri, session) {
      const provider = providerOf(name);
      const client = await library();
      const config = await configuration(client, provider);
      const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()];
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: "openid email profile",
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        state,
        nonce,
        // OpenID Connect Core §3.1.2.1: the provider must ask again, and say when it did.
        ...(session === null ? {} : { prompt: "login", max_age: "0" }),
      });
      const flow = newSecret();
      const kept: Flow = { provider: name, state, nonce, verifier, redirectUri, session };
      const expires = instantOf(new Date(clock().getTime() + MINUTES * 60_000));
      await store.transact(self, (t) =>
        t.credentials.begin(sha256Hex(flow), "oidc", session?.officer ?? null, JSON.stringify(kept), expires),
      );
      return { url: url.href, flow };
    },
    async finish(flow, query, whence) {
      const begun = await store.transact(self, (t) => t.credentials.end(sha256Hex(flow), "oidc"));
      if (begun === null)
        throw new AccessError("ceremony-over", "this sign-in was begun too long ago, elsewhere, or ended already", {
          fix: "Begin again.",
        });
      const kept = parseJson(begun.data) as unknown as Flow;
      const provider = providerOf(kept.provider);
      const client = await library();
      const claims = await redeem(client, await configuration(client, provider), provider, kept, query);
      return store.transact(self, (t) => settle(t, provider, kept, claims, whence));
    },
  };

  async function settle(
    t: Transactor,
    provider: OidcProvider,
    { session }: Flow,
    claims: Claims,
    whence: Whence,
  ): Promise<SignedIn | null> {
    const officer = await officerOf(t, provider, claims);
    if (officer === null || officer.disabledAt !== null || (session !== null && session.officer !== officer.id)) {
      throw refused(provider, "nobody here is known by this account");
    }
    if (session === null) return openSession(t, clock, officer, "oidc", whence);
    await t.officers.strengthen(session.id);
    await t.audit.note("session.step-up", officer.id, { method: "oidc", provider: provider.name });
    return null;
  }

  /** By the provider's own name for the person; the first time by an address that the provider verified. */
  async function officerOf(t: Transactor, provider: OidcProvider, claims: Claims): Promise<Officer | null> {
    const { issuer, subject, email, name } = claims;
    const linked = await t.credentials.oidcOfficer(issuer, subject);
    if (linked !== null) return t.officers.get(linked);
    if (email === null) return null;
    const known = (await t.officers.byEmail(email)) ?? (await provisioned(t, provider, email, name));
    if (known === null || known.disabledAt !== null) return null;
    await t.credentials.linkOidc(issuer, subject, known.id);
    await t.audit.note("officer.oidc.link", known.id, { provider: provider.name });
    return known;
  }

  async function provisioned(t: Transactor, provider: OidcProvider, email: string, name: string) {
    if (provider.provision === null) return null;
    const [id, at] = [`officer--${randomUUID()}`, instantOf(clock())];
    const by = `oidc:${provider.name}`;
    await t.officers.add({ id, name: name.slice(0, 300), email, unit: "", createdAt: at, disabledAt: null });
    for (const role of provider.provision) {
      const grant = { id: `grant--${randomUUID()}`, officer: id, role, unit: "", from: at, until: null };
      await t.officers.grant({ ...grant, grantedBy: by, grantedAt: at });
    }
    await t.audit.note("officer.add", id, { roles: [...provider.provision], provider: provider.name });
    return t.officers.get(id);
  }
}

async function discover(client: Library, { issuer, clientId, clientSecret }: OidcProvider): Promise<Configuration> {
  const url = new URL(issuer);
  // Config lets http through on this machine only.
  const execute = url.protocol === "http:" ? [client.allowInsecureRequests] : [];
  const auth = clientSecret === null ? client.None() : client.ClientSecretBasic(clientSecret);
  return client.discovery(url, clientId, undefined, auth, { execute, timeout: 10 });
}

/** @throws AccessError `oidc-refused` whatever does not hold: state, nonce, PKCE, signature, audience, time. */
async function redeem(
  client: Library,
  config: Configuration,
  provider: OidcProvider,
  { state, nonce, verifier, redirectUri, session }: Flow,
  query: string,
): Promise<Claims> {
  try {
    const tokens = await client.authorizationCodeGrant(config, new URL(`${redirectUri}?${query}`), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
      ...(session === null ? {} : { maxAge: STEP_UP_SECONDS }),
    });
    const claims = tokens.claims();
    if (claims === undefined) throw refused(provider, "it gave no ID token");
    const more =
      claims["email"] === undefined ? await client.fetchUserInfo(config, tokens.access_token, claims.sub) : {};
    const said: Readonly<Record<string, unknown>> = { ...more, ...claims };
    const email = said["email_verified"] === true && typeof said["email"] === "string" ? said["email"] : null;
    return {
      issuer: claims.iss,
      subject: claims.sub,
      email: email === null || email.length > 320 ? null : email.toLowerCase(),
      name: typeof said["name"] === "string" && said["name"].trim() !== "" ? said["name"] : (email ?? claims.sub),
    };
  } catch (cause) {
    if (cause instanceof AccessError) throw cause;
    throw refused(provider, "its answer does not hold", cause);
  }
}

function refused(provider: OidcProvider, why: string, cause?: unknown): AccessError {
  return new AccessError("oidc-refused", `${provider.title} did not let you in: ${why}`, {
    fix: "Sign in another way, or ask the administrator to add you by the address that your organisation verified.",
    cause,
  });
}

import { type Clock, fromBase64Url, instantOf, sha256Hex, toBase64Url, utf8 } from "#base";
import type { PartyId, Viewer } from "#policy";
import type { Officer, Passkey, SessionRow, Store, Transactor } from "#store";
import { AccessError } from "./errors.ts";
import { guarded, NOWHERE, subjects, type Whence } from "./guard.ts";
import type { OfficerViewer } from "./require.ts";
import { isRecent, newSecret, openSession, type SignedIn } from "./sessions.ts";

/** The relying party (WebAuthn §4): the domain that officers see, and the origin of the workbench. */
export interface RelyingParty {
  readonly id: string;
  readonly origin: string;
}

/** What the browser's authenticator is asked, and the name of the ceremony to answer under. */
interface Asked {
  readonly ceremony: string;
  /** PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON (WebAuthn level 3 §5.1.8 to 5.1.10). */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Passkeys {
  list(officer: string): Promise<readonly Passkey[]>;
  askRegistration(viewer: OfficerViewer, session: SessionRow, rp: RelyingParty): Promise<Asked>;
  /** @throws AccessError `passkey-refused`, `ceremony-over`, `step-up-required`. */
  register(
    viewer: OfficerViewer,
    session: SessionRow,
    rp: RelyingParty,
    answer: { readonly ceremony: string; readonly name: string; readonly response: unknown },
  ): Promise<Passkey>;
  /** Names no officer: the authenticator knows its own, so nothing is told about who is here. */
  askSignIn(rp: RelyingParty): Promise<Asked>;
  signIn(rp: RelyingParty, ceremony: string, response: unknown, whence?: Whence): Promise<SignedIn>;
  askStepUp(viewer: OfficerViewer, rp: RelyingParty): Promise<Asked>;
  /** The officer of this session proves again who they are. */
  stepUp(
    viewer: OfficerViewer,
    session: SessionRow,
    rp: RelyingParty,
    ceremony: string,
    response: unknown,
  ): Promise<void>;
  remove(viewer: OfficerViewer, session: SessionRow, id: string): Promise<void>;
}

const MINUTES = 5;
const MAX_PASSKEYS = 20;

/** The library is heavy, and only a ceremony needs it. */
const webauthn = () => import("@simplewebauthn/server");
type Webauthn = Awaited<ReturnType<typeof webauthn>>;
type RegistrationResponse = Parameters<Webauthn["verifyRegistrationResponse"]>[0]["response"];
type AuthenticationResponse = Parameters<Webauthn["verifyAuthenticationResponse"]>[0]["response"];

export function createPasskeys(deps: {
  readonly store: Store;
  readonly party: PartyId;
  readonly clock: Clock;
  readonly partyName?: string;
}): Passkeys {
  const { store, party, clock, partyName = "Entente" } = deps;
  const self: Viewer = { kind: "job", party, name: "access", may: [] };

  async function begin(t: Transactor, kind: string, officer: string | null, challenge: string): Promise<string> {
    const ceremony = newSecret();
    const expires = instantOf(new Date(clock().getTime() + MINUTES * 60_000));
    await t.credentials.begin(sha256Hex(ceremony), kind, officer, challenge, expires);
    return ceremony;
  }

  async function askFor(kind: "sign-in" | "step-up", officer: string | null, rp: RelyingParty): Promise<Asked> {
    const { generateAuthenticationOptions } = await webauthn();
    return store.transact(self, async (t) => {
      const known = officer === null ? [] : await t.credentials.passkeys(officer);
      const options = await generateAuthenticationOptions({
        rpID: rp.id,
        userVerification: "required",
        timeout: MINUTES * 60_000,
        allowCredentials: known.map(({ id, transports }) => ({ id, transports: [...transports] })),
      });
      return { ceremony: await begin(t, kind, officer, options.challenge), options: { ...options } };
    });
  }

  /** The passkey that signed, its officer, or `null`: whatever is wrong with it is one answer. */
  async function verified(
    t: Transactor,
    rp: RelyingParty,
    challenge: string,
    response: unknown,
  ): Promise<{ readonly passkey: Passkey; readonly officer: Officer } | null> {
    const id = idOf(response);
    const passkey = id === null ? null : await t.credentials.passkey(id);
    const officer = passkey === null ? null : await t.officers.get(passkey.officer);
    if (passkey === null || officer === null || officer.disabledAt !== null) return null;
    const { verifyAuthenticationResponse } = await webauthn();
    let proof;
    try {
      proof = await verifyAuthenticationResponse({
        response: response as AuthenticationResponse,
        expectedChallenge: challenge,
        expectedOrigin: rp.origin,
        expectedRPID: rp.id,
        requireUserVerification: true,
        credential: {
          id: passkey.id,
          publicKey: new Uint8Array(fromBase64Url(passkey.publicKey)),
          counter: passkey.counter,
        },
      });
    } catch {
      // Attacker-controlled bytes: the library throws a plain error for each way in which they do not hold.
      return null;
    }
    if (!proof.verified) return null;
    await t.credentials.usedPasskey(passkey.id, proof.authenticationInfo.newCounter);
    return { passkey, officer };
  }

  return {
    list: (officer) => store.read(self, (r) => r.credentials.passkeys(officer)),
    async askRegistration(viewer, session, rp) {
      const { generateRegistrationOptions } = await webauthn();
      return store.transact(self, async (t) => {
        await mayChange(t, clock, session);
        const [officer, known] = [await t.officers.get(viewer.officer), await t.credentials.passkeys(viewer.officer)];
        const options = await generateRegistrationOptions({
          rpName: partyName,
          rpID: rp.id,
          userName: officer?.email ?? viewer.officer,
          userDisplayName: officer?.name ?? viewer.officer,
          userID: new Uint8Array(utf8(viewer.officer)),
          attestationType: "none",
          timeout: MINUTES * 60_000,
          excludeCredentials: known.map(({ id, transports }) => ({ id, transports: [...transports] })),
          authenticatorSelection: { residentKey: "required", userVerification: "required" },
        });
        return { ceremony: await begin(t, "register", viewer.officer, options.challenge), options: { ...options } };
      });
    },
    async register(viewer, session, rp, { ceremony, name, response }) {
      const { verifyRegistrationResponse } = await webauthn();
      const challenge = await end(store, viewer, ceremony, "register", viewer.officer);
      let info;
      try {
        info = (
          await verifyRegistrationResponse({
            response: response as RegistrationResponse,
            expectedChallenge: challenge,
            expectedOrigin: rp.origin,
            expectedRPID: rp.id,
            requireUserVerification: true,
          })
        ).registrationInfo;
      } catch (cause) {
        throw refused(cause);
      }
      if (info === undefined) throw refused();
      const { credential, credentialBackedUp } = info;
      return store.transact(viewer, async (t) => {
        await mayChange(t, clock, session);
        const known = await t.credentials.passkeys(viewer.officer);
        if (known.length >= MAX_PASSKEYS || (await t.credentials.passkey(credential.id)) !== null) throw refused();
        const passkey: Passkey = {
          id: credential.id,
          officer: viewer.officer,
          name: name.trim().slice(0, 100) || "Passkey",
          publicKey: toBase64Url(credential.publicKey),
          counter: credential.counter,
          transports: credential.transports ?? [],
          backedUp: credentialBackedUp,
          createdAt: instantOf(clock()),
          lastUsedAt: null,
        };
        await t.credentials.addPasskey(passkey);
        await t.officers.strengthen(session.id);
        await t.audit.note("passkey.add", viewer.officer, { passkey: passkey.id });
        return passkey;
      });
    },
    askSignIn: (rp) => askFor("sign-in", null, rp),
    async signIn(rp, ceremony, response, whence = NOWHERE) {
      const challenge = await end(store, self, ceremony, "sign-in", null);
      const signedIn = await store.transact(self, (t) =>
        guarded(t, clock, subjects(whence), async () => {
          const proof = await verified(t, rp, challenge, response);
          if (proof !== null) return openSession(t, clock, proof.officer, "passkey", whence);
          await t.audit.note("session.refused", "unknown", { method: "passkey", address: whence.address });
          return null;
        }),
      );
      if (signedIn === null) throw refused();
      return signedIn;
    },
    askStepUp: (viewer, rp) => askFor("step-up", viewer.officer, rp),
    async stepUp(viewer, session, rp, ceremony, response) {
      const challenge = await end(store, self, ceremony, "step-up", viewer.officer);
      const good = await store.transact(viewer, async (t) => {
        const proof = await verified(t, rp, challenge, response);
        const own = proof !== null && proof.officer.id === viewer.officer;
        if (own) await t.officers.strengthen(session.id);
        await t.audit.note(own ? "session.step-up" : "session.step-up.refused", viewer.officer, { method: "passkey" });
        return own;
      });
      if (!good) throw refused();
    },
    remove: (viewer, session, id) =>
      store.transact(viewer, async (t) => {
        await mayChange(t, clock, session);
        if (!(await t.credentials.removePasskey(viewer.officer, id)))
          throw new AccessError("passkey-refused", "you have no such passkey", { where: id });
        await t.audit.note("passkey.remove", viewer.officer, { passkey: id });
      }),
  };
}

/**
 * Who may add or remove a passkey: whoever has none yet, has just proved who they are, or has just come in with a
 * recovery code.
 * @throws AccessError `step-up-required`.
 */
async function mayChange(t: Transactor, clock: Clock, session: SessionRow): Promise<void> {
  const now = clock();
  const known = await t.credentials.passkeys(session.officer);
  const recovering = session.method === "recovery" && now.getTime() - Date.parse(session.createdAt) <= MINUTES * 60_000;
  if (known.length === 0 || recovering || isRecent(session, now)) return;
  throw new AccessError("step-up-required", "before your passkeys change, show again that it is you", {
    fix: "Confirm with a passkey that you have; without one, use a recovery code or ask the administrator.",
  });
}

/** @throws AccessError `ceremony-over`: a challenge is answered once, in time, by the officer to whom it was put. */
async function end(store: Store, actor: Viewer, ceremony: string, kind: string, officer: string | null) {
  const begun = await store.transact(actor, (t) => t.credentials.end(sha256Hex(ceremony), kind));
  if (begun === null || begun.officer !== officer)
    throw new AccessError("ceremony-over", "this was asked too long ago, or was answered already", {
      fix: "Begin again.",
    });
  return begun.data;
}

function idOf(response: unknown): string | null {
  if (typeof response !== "object" || response === null || !("id" in response)) return null;
  return typeof response.id === "string" && response.id.length <= 2000 ? response.id : null;
}

function refused(cause?: unknown): AccessError {
  return new AccessError("passkey-refused", "this passkey was not accepted", {
    fix: "Try again, or use another way to sign in. A passkey that was removed here works no more.",
    cause,
  });
}

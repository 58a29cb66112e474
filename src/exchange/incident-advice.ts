/** What a person does about an incident, by its kind: plain, in order, without a tool that is not at hand. */
const ADVICE: Readonly<Record<string, string>> = {
  "parcel-fork":
    "The partner's log has two histories: what it signs now is not what it sent before. Nothing of it was taken in. Call the partner on a line you trust and read both checkpoints to each other (`entente ledger export`). If it restored an old backup, it must go on from what you hold. If it cannot explain it, suspend the channel and keep the evidence.",
  "parcel-forged":
    "Something came over the partner's link that the partner did not sign, or that is not what its signature says. It was refused and nothing was stored. Ask the partner whether its signing key is safe and whether its software was changed. If neither explains it, treat the link's key as stolen and pair anew.",
  "parcel-misdirected":
    "A parcel made for another channel, party or place was sent here. It was refused. One that comes once is an error at the partner; one that comes again and again is an attempt to pass a parcel for another: tell the partner which place in the log it was.",
  "parcel-backdated":
    "A parcel says that it was sent before one that stands before it in the partner's log. An honest node's log never goes back in time, whatever its clock does. It was refused. Ask the partner what it meant to date back, and keep the evidence: its signature is on it.",
  "message-malformed":
    "Bytes came that are no message of this link. They were refused unread. Compare versions with the partner; if both run the same, its link is used by something that is not Entente.",
  "log-forked":
    "The partner holds another history of our own log than this node does. Nothing more is signed on this channel. Stop the node, restore the newest backup, and start it: it takes back what is missing. If the two still differ, pair anew; the old history stays as it is and stays provable.",
  "log-disputed":
    "A witness has seen more of our log, or another one, than this node holds. If this node was restored from a backup, let it reach the partner first, which gives back what is missing. If it was not, somebody else signs with our key: revoke it and pair anew.",
  "cosignature-invalid":
    "A partner or a witness gave a cosignature that does not hold. What was sent is delivered all the same, but its word for our log is missing. Compare the key that you hold for it with the one that it has now.",
  "partner-untold":
    "Something was taken back, and this partner does not know it: our key on its channel was revoked and it has not paired anew. Tell it by telephone, pair anew, and take it back again: a recall by `entente release recall`, a consent by `entente consent withdraw`.",
  "witnessed-log":
    "A log that this node witnesses showed two histories. It was not cosigned. The signed proof is kept: give it to both parties of that log, who alone can tell which history is theirs.",
};

const OTHERWISE =
  "It was refused and nothing was stored. Speak with the partner about it, and keep the evidence until it is explained.";

export function adviceFor(kind: string): string {
  return ADVICE[kind] ?? OTHERWISE;
}

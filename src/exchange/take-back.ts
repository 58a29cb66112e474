import { type Clock, instantOf } from "#base";
import type { Erasing, Recalling } from "#safeguards";
import { eraseEnvelopes } from "./erasure.ts";
import { sendRecalls } from "./onward.ts";
import type { Self } from "./self.ts";

/** How a decision on redress, or a report of an error, takes a record back: in the transaction that decides it. */
export function createTakeBack({ self, clock }: { readonly self: Self; readonly clock: Clock }): Erasing & Recalling {
  const takeBack: Erasing & Recalling = {
    async recall(t, recordId, reason) {
      const live = (await t.releases.copiesOf(recordId)).filter(
        (copy) => copy.state === "sent" || copy.state === "confirmed",
      );
      return sendRecalls(t, self, live, reason, recordId, instantOf(clock()));
    },
    async erase(t, recordId, reason) {
      const told = await takeBack.recall(t, recordId, reason);
      if ((await t.records.withdraw(recordId, self.id)).length > 0) await eraseEnvelopes(t, [recordId]);
      return told;
    },
  };
  return takeBack;
}

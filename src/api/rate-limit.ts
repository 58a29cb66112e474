/** What one caller may ask: so many at once, and so many a second after that. */
export interface Limit {
  readonly burst: number;
  readonly perSecond: number;
}

export interface RateLimiter {
  /** @returns 0 when the request may pass, otherwise the whole seconds until one may. */
  take(caller: string): number;
}

/** Callers remembered at once; the one unseen for longest is forgotten first, so that memory is bounded. */
const MAX_CALLERS = 10_000;

/** A token bucket for each caller (the leaky bucket as a meter), in this process. @param now milliseconds, monotonic */
export function rateLimiter({ burst, perSecond }: Limit, now: () => number, maxCallers = MAX_CALLERS): RateLimiter {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(caller) {
      const at = now();
      const before = buckets.get(caller);
      const left = before === undefined ? burst : Math.min(burst, before.left + ((at - before.at) / 1000) * perSecond);
      // A Map keeps the order of insertion: taken out and put back, a caller is the youngest.
      buckets.delete(caller);
      const pass = left >= 1;
      buckets.set(caller, { left: pass ? left - 1 : left, at });
      if (buckets.size > maxCallers) {
        const [oldest] = buckets.keys();
        if (oldest !== undefined) buckets.delete(oldest);
      }
      return pass ? 0 : Math.max(1, Math.ceil((1 - left) / perSecond));
    },
  };
}

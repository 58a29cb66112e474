/** A bucket for each key, filled evenly; at most so many keys are held, the longest unused go first. */
export function requestLimits(now: () => number, maxKeys = 10_000) {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    /** Takes one request of `perMinute`. @returns 0, or the whole seconds to wait. */
    take(key: string, perMinute: number): number {
      if (perMinute <= 0) return 0;
      const moment = now();
      const held = buckets.get(key) ?? { tokens: perMinute, at: moment };
      const tokens = Math.min(perMinute, held.tokens + ((moment - held.at) / 60_000) * perMinute);
      buckets.delete(key);
      const first = buckets.size >= maxKeys ? buckets.keys().next().value : undefined;
      if (first !== undefined) buckets.delete(first);
      const enough = tokens >= 1;
      buckets.set(key, { tokens: enough ? tokens - 1 : tokens, at: moment });
      return enough ? 0 : Math.max(1, Math.ceil(((1 - tokens) / perMinute) * 60));
    },
  };
}

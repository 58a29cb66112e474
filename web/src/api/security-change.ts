import { useMutation, useQueryClient } from "@tanstack/react-query";

/** What changes an officer's own security shows at once. */
export function useSecurityChange<T, A = void>(change: (argument: A) => Promise<T>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => client.invalidateQueries({ queryKey: ["security"] }),
  });
}

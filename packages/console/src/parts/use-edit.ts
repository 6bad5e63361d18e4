import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type Call, callApi } from '../api/call-api.ts';
import { toast } from './toast.ts';

interface Edit extends Call {
  readonly path: string;
  /** Said when it is done. */
  readonly done?: string;
}

/** A call that changes something: afterwards what is shown is read again, and a refusal is said in its own words. */
export function useEdit<T = unknown>() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, done: _, ...call }: Edit) => callApi<T>(path, call),
    onSuccess: (_, { done }) => {
      if (done !== undefined) toast.good(done);
      void queries.invalidateQueries();
    },
    onError: (error) => toast.bad(error.message),
  });
}

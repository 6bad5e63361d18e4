import type { Endpoint } from '@doorbell/server/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { callApi } from '../../api/call-api.ts';
import { toast } from '../../parts/toast.ts';

/** Pauses or resumes; afterwards what is shown is read again. */
export function useEndpointCall(endpointId: string, verb: 'pause' | 'resume', done: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: object) =>
      callApi<Endpoint>(`/endpoints/${encodeURIComponent(endpointId)}/${verb}`, { method: 'POST', body }),
    onSuccess: () => {
      toast.good(done);
      void queries.invalidateQueries();
    },
    onError: (error) => toast.bad(error.message),
  });
}

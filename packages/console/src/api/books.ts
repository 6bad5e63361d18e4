import type { Customer, Endpoint } from '@doorbell/server/api';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { callApi } from './call-api.ts';

/** All customers: for forms, and for names beside ids. */
export function useCustomers(): UseQueryResult<readonly Customer[]> {
  return useQuery({
    queryKey: ['customers'],
    queryFn: async ({ signal }) => (await callApi<{ items: Customer[] }>('/customers', { signal })).items,
    staleTime: 30_000,
  });
}

export function useEndpoints(): UseQueryResult<readonly Endpoint[]> {
  return useQuery({
    queryKey: ['endpoints'],
    queryFn: async ({ signal }) => (await callApi<{ items: Endpoint[] }>('/endpoints', { signal })).items,
    staleTime: 5_000,
  });
}

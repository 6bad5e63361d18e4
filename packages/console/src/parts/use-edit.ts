import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { type Call, callApi } from '../api/call-api.ts';

interface Edit extends Call {
  readonly path: string;
  /** Said when it is done. */
  readonly done?: string;
}

/** A call that changes something: afterwards what is shown is read again, and a refusal is said in its own words. */
export function useEdit<T = unknown>() {
  const { message } = App.useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, done: _, ...call }: Edit) => callApi<T>(path, call),
    onSuccess: (_, { done }) => {
      if (done !== undefined) void message.success(done);
      void queries.invalidateQueries();
    },
    onError: (error) => void message.error(error.message),
  });
}

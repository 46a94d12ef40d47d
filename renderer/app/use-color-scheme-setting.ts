import { useMantineColorScheme } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Settings } from '../../main/api/services.ts';
import { useApi } from './api.ts';

export type ThemeChoice = Settings['theme'];

/** The theme is a setting of the app; the page remembers it too, so that the first paint is right. */
export function useColorSchemeSetting(): { theme: ThemeChoice; setTheme: (theme: ThemeChoice) => void } {
  const api = useApi();
  const queries = useQueryClient();
  const settings = useQuery({ ...api.settings.get.queryOptions(), staleTime: Number.POSITIVE_INFINITY });
  const change = useMutation(
    api.settings.set.mutationOptions({
      onSuccess: (saved) => queries.setQueryData(api.settings.get.queryKey(), saved),
    }),
  );
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const saved = settings.data?.theme;
  useEffect(() => {
    if (saved) setColorScheme(saved === 'system' ? 'auto' : saved);
  }, [saved, setColorScheme]);
  return {
    theme: saved ?? (colorScheme === 'auto' ? 'system' : colorScheme),
    setTheme: (theme) => {
      setColorScheme(theme === 'system' ? 'auto' : theme);
      change.mutate({ theme });
    },
  };
}

'use client';

import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { useState } from 'react';

import { PreferencesProvider } from '#components/theme/preferences-provider.tsx';
import type { Preferences } from '#components/theme/preferences.ts';
import { TipLayer } from '#components/ui/tip-layer.tsx';

const FRESH_MS = 10_000; // history and usage move slowly; live news comes by socket

export function AppProviders(props: {
  preferences: Preferences;
  nonce: string | undefined;
  children: React.ReactNode;
}) {
  const [queryClient] = useState(
    () =>
      new QueryClient({
        defaultOptions: { queries: { staleTime: FRESH_MS, retry: 1, refetchOnWindowFocus: true } },
      }),
  );
  return (
    <CSPProvider nonce={props.nonce} disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <NuqsAdapter>
          <PreferencesProvider initial={props.preferences}>
            {props.children}
            <TipLayer />
          </PreferencesProvider>
        </NuqsAdapter>
      </QueryClientProvider>
    </CSPProvider>
  );
}

import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';

import './globals.css';
import { AppProviders } from '#components/app-providers.tsx';
import { LiveShell } from '#components/shell/live-shell.tsx';
import { readPreferences, themeClass } from '#components/theme/preferences.ts';

export const metadata: Metadata = {
  title: { default: 'Organoscope', template: '%s · Organoscope' },
  description: 'Watch organisms of agents: what they do, what they use, what they cost.',
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
};

export default async function RootLayout({ children }: { children: React.ReactNode }) {
  const cookieStore = await cookies();
  const nonce = (await headers()).get('x-nonce') ?? undefined;
  const preferences = readPreferences((name) => cookieStore.get(name)?.value);
  return (
    <html lang="en" className={themeClass(preferences.theme)}>
      <body>
        <AppProviders preferences={preferences} nonce={nonce}>
          <LiveShell>{children}</LiveShell>
        </AppProviders>
      </body>
    </html>
  );
}

'use client';

import dynamic from 'next/dynamic';
import { useState } from 'react';

import { useLoadedSoon } from '#components/ui/use-loaded-soon.ts';

import type { LivePaletteProps } from './live-palette.tsx';

const load = () => import('./live-palette.tsx');
const LivePalette = dynamic(async () => (await load()).LivePalette, { ssr: false });

/** The palette, in no page's first load. */
export function LazyPalette(props: LivePaletteProps) {
  const [wasOpened, setWasOpened] = useState(false);
  const isLoaded = useLoadedSoon(load, props.open);
  if (props.open && !wasOpened) setWasOpened(true);
  // It stays after closing, for its last frames.
  return isLoaded && wasOpened ? <LivePalette {...props} /> : null;
}

'use client';

import dynamic from 'next/dynamic';
import { useState } from 'react';

import { useFirstSign } from '#components/ui/use-first-sign.ts';

import type { LivePaletteProps } from './live-palette.tsx';

const load = () => import('./live-palette.tsx');
const LivePalette = dynamic(async () => (await load()).LivePalette, { ssr: false });

/** The palette, loaded when somebody is there who could open it. */
export function LazyPalette(props: LivePaletteProps) {
  const [wasOpened, setWasOpened] = useState(false);
  useFirstSign(() => void load());
  if (props.open && !wasOpened) setWasOpened(true);
  // It stays after closing, for its last frames.
  return wasOpened ? <LivePalette {...props} /> : null;
}

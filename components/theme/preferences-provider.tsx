'use client';

import { useQueryState } from 'nuqs';
import { createContext, use, useState, useSyncExternalStore } from 'react';

import { parseAsTimeZone } from './parse-time-zone.ts';
import {
  PREFERENCE_COOKIES,
  THEME_CHOICES,
  themeClass,
  type PreferenceName,
  type Preferences,
  type ThemeChoice,
} from './preferences.ts';

const COOKIE_LIFE_SECONDS = 400 * 24 * 60 * 60; // the longest browsers keep a cookie

type PreferencesValue = Preferences & {
  setTheme: (theme: ThemeChoice) => void;
  setZone: (zone: string) => void;
  setRailCollapsed: (collapsed: boolean) => void;
};

const PreferencesContext = createContext<PreferencesValue | null>(null);

export function PreferencesProvider(props: { initial: Preferences; children: React.ReactNode }) {
  const [preferences, setPreferences] = useState(props.initial);
  // A shared link shows the times its sender saw; choosing a zone ends that.
  const [linkedZone, setLinkedZone] = useQueryState('timezone', parseAsTimeZone);
  const change = (patch: Partial<Preferences>) =>
    setPreferences((before) => ({ ...before, ...patch }));
  const value: PreferencesValue = {
    ...preferences,
    zone: linkedZone ?? preferences.zone,
    setTheme(theme) {
      writeCookie('theme', theme);
      showTheme(theme);
      change({ theme });
    },
    setZone(zone) {
      writeCookie('zone', zone);
      change({ zone });
      if (linkedZone !== null) void setLinkedZone(null);
    },
    setRailCollapsed(railCollapsed) {
      writeCookie('railCollapsed', railCollapsed ? 'collapsed' : 'open');
      change({ railCollapsed });
    },
  };
  return <PreferencesContext value={value}>{props.children}</PreferencesContext>;
}

export function usePreferences(): PreferencesValue {
  const value = use(PreferencesContext);
  if (value === null) throw new Error('usePreferences needs a PreferencesProvider above it');
  return value;
}

/** The IANA zone times are shown in, or null on the server when only the browser knows it. */
export function useZone(): string | null {
  const { zone } = usePreferences();
  const browserZone = useSyncExternalStore(subscribeNever, readBrowserZone, () => null);
  return zone === 'browser' ? browserZone : zone;
}

function subscribeNever(): () => void {
  return () => undefined;
}

function readBrowserZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function writeCookie(name: PreferenceName, value: string): void {
  const attributes = `path=/; max-age=${COOKIE_LIFE_SECONDS}; samesite=lax`;
  document.cookie = `${PREFERENCE_COOKIES[name]}=${encodeURIComponent(value)}; ${attributes}`;
}

/** Swaps the theme class with transitions off, so the page changes in one frame. */
function showTheme(theme: ThemeChoice): void {
  const root = document.documentElement;
  root.classList.add('theme-changing');
  root.classList.remove(...THEME_CHOICES.map((choice) => choice.value));
  const next = themeClass(theme);
  if (next !== '') root.classList.add(next);
  requestAnimationFrame(() => root.classList.remove('theme-changing'));
}

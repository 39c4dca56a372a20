import { isTimeZone } from '#components/format/time-zone.ts';

/** What a person chose for this browser. Kept in cookies so the server renders it at once. */
export type ThemeChoice = 'system' | 'light' | 'dark' | 'contrast';

export type Preferences = {
  theme: ThemeChoice;
  /** 'browser', or an IANA zone such as 'UTC' or 'Asia/Kolkata'. */
  zone: string;
  railCollapsed: boolean;
};

export type PreferenceName = keyof Preferences;

export const THEME_CHOICES: readonly { value: ThemeChoice; label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'contrast', label: 'High contrast' },
];

export const PREFERENCE_COOKIES: Record<PreferenceName, string> = {
  theme: 'organoscope_theme',
  zone: 'organoscope_zone',
  railCollapsed: 'organoscope_rail',
};

/** Reads preferences from a cookie lookup; anything unreadable falls back to the default. */
export function readPreferences(getCookie: (name: string) => string | undefined): Preferences {
  const theme = getCookie(PREFERENCE_COOKIES.theme);
  const zone = getCookie(PREFERENCE_COOKIES.zone);
  return {
    theme: THEME_CHOICES.find((choice) => choice.value === theme)?.value ?? 'system',
    zone: zone !== undefined && isTimeZone(zone) ? zone : 'browser',
    railCollapsed: getCookie(PREFERENCE_COOKIES.railCollapsed) === 'collapsed',
  };
}

/** The class `<html>` carries; empty lets the system's colour scheme decide. */
export function themeClass(theme: ThemeChoice): string {
  return theme === 'system' ? '' : theme;
}

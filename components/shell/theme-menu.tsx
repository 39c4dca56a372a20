'use client';

import { Contrast, Monitor, Moon, Sun } from 'lucide-react';

import { usePreferences } from '#components/theme/preferences-provider.tsx';
import { THEME_CHOICES, type ThemeChoice } from '#components/theme/preferences.ts';
import { IconButton } from '#components/ui/button.tsx';
import { Menu, MenuChoices } from '#components/ui/menu.tsx';

const ICONS: Record<ThemeChoice, typeof Sun> = {
  system: Monitor,
  light: Sun,
  dark: Moon,
  contrast: Contrast,
};

export function ThemeMenu() {
  const { theme, setTheme } = usePreferences();
  const Icon = ICONS[theme];
  const choices = THEME_CHOICES.map(({ value, label }) => {
    const ChoiceIcon = ICONS[value];
    return { value, label, icon: <ChoiceIcon className="size-4 text-ink-3" aria-hidden /> };
  });
  return (
    <Menu
      trigger={
        <IconButton label="Theme">
          <Icon className="size-4" strokeWidth={1.75} aria-hidden />
        </IconButton>
      }
    >
      <MenuChoices label="Theme" value={theme} choices={choices} onChange={setTheme} />
    </Menu>
  );
}

import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import classes from './app-shell.module.css';
import { CommandPalette } from './command-palette.tsx';
import { type Command, usePageCommands } from './commands.tsx';
import { type Connection, useConnection } from './connection.ts';
import { Navigation } from './navigation.tsx';
import { PAGES } from './pages.tsx';
import { PromptHost } from './prompt-host.tsx';
import { ShortcutHelp } from './shortcut-help.tsx';
import type { ShortcutAction } from './shortcuts.ts';
import { useColorSchemeSetting } from './use-color-scheme-setting.ts';
import { useOpenProject } from './use-project.ts';
import { useShortcuts } from './use-shortcuts.ts';

/** Navigation at the left, the page at the right, and what works everywhere: palette, shortcuts, connection. */
export function AppShell({ connection, children }: { connection: Connection; children: ReactNode }) {
  const [open, setOpen] = useState<'palette' | 'help' | null>(null);
  const [, navigate] = useLocation();
  const projectId = useOpenProject();
  const { setTheme } = useColorSchemeSetting();

  const act = (action: ShortcutAction) => {
    if (action.kind !== 'go') return setOpen(action.kind);
    const path = PAGES.find((page) => page.name === action.page)?.path(projectId);
    if (path) navigate(path);
  };
  useShortcuts(act);
  usePageCommands([
    ...goCommands(projectId, navigate),
    ...(['light', 'dark', 'system'] as const).map((theme) => ({
      id: `theme-${theme}`,
      label: `Use the ${theme} theme`,
      group: 'App',
      words: 'appearance colour color mode',
      run: () => setTheme(theme),
    })),
    { id: 'help', label: 'Show keyboard shortcuts', group: 'App', keys: ['?'], run: () => setOpen('help') },
  ]);

  return (
    <div className={classes.shell}>
      <button type="button" className="skip-link" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the page
      </button>
      <Navigation projectId={projectId} onSearch={() => setOpen('palette')} />
      <main id="main" tabIndex={-1} className={classes.main}>
        <ConnectionBanner connection={connection} />
        <PromptHost />
        <div className={classes.page}>{children}</div>
      </main>
      <CommandPalette opened={open === 'palette'} onClose={() => setOpen(null)} />
      <ShortcutHelp opened={open === 'help'} onClose={() => setOpen(null)} />
    </div>
  );
}

function goCommands(projectId: string | null, navigate: (path: string) => void): readonly Command[] {
  return PAGES.flatMap((page) => {
    const path = page.path(projectId);
    if (path === null) return [];
    return [
      {
        id: `go-${page.name}`,
        label: page.label,
        group: 'Go to',
        keys: ['g', page.key],
        icon: <page.icon size={16} stroke={1.6} />,
        words: `go to ${page.label}`,
        run: () => navigate(path),
      },
    ];
  });
}

function ConnectionBanner({ connection }: { connection: Connection }) {
  if (useConnection(connection) !== 'lost') return null;
  return (
    <div role="status" className={classes.banner}>
      The connection to Scalable is gone; trying again. Runs on this machine go on while the app is running.
    </div>
  );
}

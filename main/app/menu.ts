import type { MenuItemConstructorOptions } from 'electron';
import type { MenuPage } from '../api/bridge.ts';

export interface MenuActions {
  show(page: MenuPage): void;
  openLogFolder(): void;
  /** Null where there is nothing to install: in a checkout `npx scalable` is there already. */
  readonly installTool: (() => void) | null;
}

/** The application menu as data. Roles bring the platform's own names, shortcuts and behaviour. */
export function menuTemplate(platform: NodeJS.Platform, actions: MenuActions): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const settings: MenuItemConstructorOptions = {
    label: 'Settings…',
    accelerator: 'CmdOrCtrl+,',
    click: () => actions.show('/settings'),
  };
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const application: MenuItemConstructorOptions[] = mac
    ? [
        {
          role: 'appMenu',
          submenu: [
            { role: 'about' },
            separator,
            settings,
            separator,
            { role: 'services' },
            separator,
            { role: 'hide' },
            { role: 'hideOthers' },
            { role: 'unhide' },
            separator,
            { role: 'quit' },
          ],
        },
      ]
    : [];
  const { installTool } = actions;
  const tool: MenuItemConstructorOptions[] = installTool
    ? [{ label: 'Install Command Line Tool…', click: () => installTool() }]
    : [];
  return [
    ...application,
    {
      label: '&File',
      submenu: [
        { label: 'Projects', accelerator: 'CmdOrCtrl+O', click: () => actions.show('/projects') },
        ...(mac ? [] : [separator, settings]),
        separator,
        mac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        ...tool,
        { label: 'Show Log Folder', click: () => actions.openLogFolder() },
        ...(mac ? [] : [separator, { role: 'about' } as const]),
      ],
    },
  ];
}

/**
 * What the page gets from Electron, and all it gets: text messages of the API, and the menu's commands.
 * The browser host has no bridge; there the page opens a WebSocket to `/api`.
 */
export interface Bridge {
  readonly host: 'electron';
  /** Opens the page's one connection to the API; an earlier one is closed. */
  open(listeners: { message(text: string): void; close(): void }): void;
  send(text: string): void;
  close(): void;
  /** Commands chosen in the application menu. Returns the way to stop listening. */
  onCommand(listener: (command: MenuCommand) => void): () => void;
}

export const MENU_COMMANDS = ['projects', 'settings', 'palette'] as const;
export type MenuCommand = (typeof MENU_COMMANDS)[number];

export const BRIDGE_NAME = 'scalableBridge';

/** Channel names, shared by the preload and the carrier in the main process. */
export const CHANNELS = {
  open: 'api:open',
  message: 'api:message',
  close: 'api:close',
  command: 'menu:command',
} as const;

/** Larger messages are refused by both carriers; a manifest of 5 million characters fits when escaped. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

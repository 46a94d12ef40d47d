/**
 * What the page gets from Electron, and all it gets: text messages of the API. Functions and text are all that
 * crosses the context bridge. The browser host has no bridge; there the page opens a WebSocket to `/api`.
 */
export interface ScalableBridge {
  /** Opens the page's one connection; an earlier one is closed. Handlers are called from later turns. */
  connect(handlers: BridgeHandlers): BridgeConnection;
}

export interface BridgeHandlers {
  readonly onMessage: (text: string) => void;
  readonly onClose: () => void;
}

export interface BridgeConnection {
  send(text: string): void;
  close(): void;
}

/** Property of `window` that holds the bridge. */
export const BRIDGE_NAME = 'scalableBridge';

/** Channel names, shared by the preload and the carrier in the main process. */
export const CHANNELS = {
  open: 'api:open',
  message: 'api:message',
  close: 'api:close',
  /** The menu shows a page; the preload follows only these. */
  show: 'menu:show',
} as const;

export const MENU_PAGES = ['/projects', '/settings'] as const;
export type MenuPage = (typeof MENU_PAGES)[number];

/** Larger messages are refused by both carriers; a manifest of 5 million characters fits when escaped. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

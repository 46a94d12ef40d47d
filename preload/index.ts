import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import {
  BRIDGE_NAME,
  type BridgeHandlers,
  CHANNELS,
  MENU_PAGES,
  type ScalableBridge,
} from '../main/api/bridge.ts';

let current: BridgeHandlers | null = null;

/** Forgets the connection before telling the page, which may open the next one from its handler. */
function end(): void {
  const ended = current;
  current = null;
  ended?.onClose();
}

ipcRenderer.on(CHANNELS.message, (_event: IpcRendererEvent, text: unknown) => {
  if (typeof text === 'string') current?.onMessage(text);
});
ipcRenderer.on(CHANNELS.close, end);
ipcRenderer.on(CHANNELS.show, (_event: IpcRendererEvent, page: unknown) => {
  if (MENU_PAGES.some((known) => known === page)) location.hash = String(page);
});

const bridge: ScalableBridge = {
  connect: (handlers) => {
    end();
    current = handlers;
    ipcRenderer.send(CHANNELS.open);
    return {
      send: (text) => {
        if (current === handlers) ipcRenderer.send(CHANNELS.message, text);
      },
      close: () => {
        if (current !== handlers) return;
        ipcRenderer.send(CHANNELS.close);
        end();
      },
    };
  },
};

contextBridge.exposeInMainWorld(BRIDGE_NAME, bridge);

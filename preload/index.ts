import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import { BRIDGE_NAME, type Bridge, CHANNELS, MENU_COMMANDS, type MenuCommand } from '../main/api/bridge.ts';

let current: { message(text: string): void; close(): void } | null = null;

ipcRenderer.on(CHANNELS.message, (_event: IpcRendererEvent, text: unknown) => {
  if (typeof text === 'string') current?.message(text);
});
ipcRenderer.on(CHANNELS.close, () => {
  const closed = current;
  current = null;
  closed?.close();
});

const bridge: Bridge = {
  host: 'electron',
  open: (listeners) => {
    current = listeners;
    ipcRenderer.send(CHANNELS.open);
  },
  send: (text) => ipcRenderer.send(CHANNELS.message, String(text)),
  close: () => {
    const closed = current;
    current = null;
    ipcRenderer.send(CHANNELS.close);
    closed?.close();
  },
  onCommand: (listener) => {
    const heard = (_event: IpcRendererEvent, command: unknown) => {
      if (isMenuCommand(command)) listener(command);
    };
    ipcRenderer.on(CHANNELS.command, heard);
    return () => ipcRenderer.off(CHANNELS.command, heard);
  },
};

contextBridge.exposeInMainWorld(BRIDGE_NAME, bridge);

function isMenuCommand(value: unknown): value is MenuCommand {
  return MENU_COMMANDS.some((command) => command === value);
}

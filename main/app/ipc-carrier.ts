import { type IpcMainEvent, ipcMain, type WebContents } from 'electron';
import { CHANNELS, MAX_MESSAGE_BYTES } from '../api/bridge.ts';
import { CarrierSocket } from '../host/carrier-socket.ts';
import type { Logger } from '../platform/logger.ts';
import { originOf, PAGE_ORIGIN } from './navigation-policy.ts';

/**
 * Carries API messages between the page and the router: the only file that touches `ipcMain`. Whatever comes
 * from anything but the main frame of our own page is dropped.
 */
export class IpcCarrier {
  readonly #connect: (socket: CarrierSocket) => void;
  readonly #logger: Logger;
  readonly #sockets = new Map<WebContents, CarrierSocket>();

  constructor(connect: (socket: CarrierSocket) => void, logger: Logger) {
    this.#connect = connect;
    this.#logger = logger;
    ipcMain.on(CHANNELS.open, (event) => {
      if (this.#isOurs(event)) this.#open(event.sender);
    });
    ipcMain.on(CHANNELS.message, (event, text: unknown) => {
      if (!this.#isOurs(event)) return;
      if (typeof text === 'string' && text.length <= MAX_MESSAGE_BYTES)
        this.#sockets.get(event.sender)?.receive(text);
      else this.#sockets.get(event.sender)?.close();
    });
    ipcMain.on(CHANNELS.close, (event) => {
      if (this.#isOurs(event)) this.end(event.sender);
    });
  }

  /** The page is gone or begins anew: its subscriptions stop. */
  end(page: WebContents): void {
    this.#sockets.get(page)?.ended();
    this.#sockets.delete(page);
  }

  #open(page: WebContents): void {
    this.end(page);
    const socket = new CarrierSocket(
      (text) => {
        if (!page.isDestroyed()) page.send(CHANNELS.message, text);
      },
      () => {
        this.#sockets.delete(page);
        if (!page.isDestroyed()) page.send(CHANNELS.close);
      },
    );
    this.#sockets.set(page, socket);
    this.#connect(socket);
  }

  #isOurs(event: IpcMainEvent): boolean {
    const frame = event.senderFrame;
    if (frame && frame === event.sender.mainFrame && originOf(frame.url) === PAGE_ORIGIN) return true;
    this.#logger.log('warn', 'Message from an unknown frame dropped', {
      origin: frame ? originOf(frame.url) : null,
    });
    return false;
  }
}

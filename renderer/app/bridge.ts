import type { BridgeConnection, ScalableBridge } from '../../main/api/bridge.ts';

declare global {
  interface Window {
    readonly scalableBridge?: ScalableBridge;
  }
}

/** A class that looks enough like `WebSocket` for tRPC's client and speaks over the bridge. */
export function bridgeSocket(bridge: ScalableBridge): typeof WebSocket {
  class BridgeSocket extends EventTarget {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    readyState: number = BridgeSocket.CONNECTING;
    readonly #connection: BridgeConnection;

    constructor() {
      super();
      this.#connection = bridge.connect({
        onMessage: (data) => this.dispatchEvent(new MessageEvent('message', { data })),
        onClose: () => this.#closed(),
      });
      // From a timer: the caller attaches its listeners after the constructor has returned.
      setTimeout(() => {
        if (this.readyState !== BridgeSocket.CONNECTING) return;
        this.readyState = BridgeSocket.OPEN;
        this.dispatchEvent(new Event('open'));
      });
    }

    send(text: string): void {
      this.#connection.send(text);
    }

    close(): void {
      if (this.readyState === BridgeSocket.CLOSED) return;
      this.#connection.close();
      this.#closed();
    }

    #closed(): void {
      if (this.readyState === BridgeSocket.CLOSED) return;
      this.readyState = BridgeSocket.CLOSED;
      this.dispatchEvent(new CloseEvent('close', { wasClean: true, code: 1000 }));
    }
  }
  return BridgeSocket as unknown as typeof WebSocket;
}

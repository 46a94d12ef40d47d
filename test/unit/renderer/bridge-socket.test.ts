import { expect, it } from 'vitest';
import type { BridgeHandlers } from '../../../main/api/bridge.ts';
import { bridgeSocket } from '../../../renderer/app/bridge.ts';

function connect() {
  const sent: string[] = [];
  let handlers: BridgeHandlers | null = null;
  let closes = 0;
  const Socket = bridgeSocket({
    connect: (given) => {
      handlers = given;
      return { send: (text) => sent.push(text), close: () => closes++ };
    },
  });
  const socket = new Socket('ws://unused');
  const events: string[] = [];
  for (const type of ['open', 'message', 'close'])
    socket.addEventListener(type, (event) => events.push('data' in event ? String(event.data) : event.type));
  return { socket, sent, events, handlers: () => handlers!, closes: () => closes };
}

const nextTurn = () => new Promise((resolve) => setTimeout(resolve));

it('opens after its listeners are there, carries text both ways, and closes once', async () => {
  const { socket, sent, events, handlers, closes } = connect();
  expect(socket.readyState).toBe(0);
  await nextTurn();
  socket.send('question');
  handlers().onMessage('answer');
  socket.close();
  socket.close();
  expect(sent).toEqual(['question']);
  expect(events).toEqual(['open', 'answer', 'close']);
  expect(closes()).toBe(1);
});

it('says that it is closed when the other side goes away, even before it was open', async () => {
  const { socket, events, handlers } = connect();
  handlers().onClose();
  await nextTurn();
  expect(events).toEqual(['close']);
  expect(socket.readyState).toBe(3);
});

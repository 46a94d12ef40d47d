import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2, { type Connection } from 'ssh2';

/** A server that asks what its `ask` says, and whose commands all answer as a shell without Slurm would. */
export async function codeServer(folder: string, authenticate: (connection: Connection) => void) {
  const connections = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [readFileSync(join(folder, 'host'))] }, (connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    authenticate(connection);
    connection.on('ready', () => {
      connection.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) => {
          const channel = acceptExec();
          const mark = /(m[0-9a-f]{24})b/.exec(command)?.[1] ?? '';
          // Noise of start-up files before and after.
          channel.write(`Welcome to \x1b[31mHPC\x1b[0m\n\n${mark.slice(0, 9)}b\n`);
          channel.stderr.write(`motd\n\n${mark}b\nwarned\n${mark}e3\n`);
          channel.write(`\n${mark}b\nthe answer\n\n${mark}e3\nlogout: \x07bye\n`);
          channel.exit(0);
          channel.end();
        });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    drop: () => {
      for (const connection of connections) connection.end();
      connections.clear();
    },
    close: () => {
      for (const connection of connections) connection.end();
      server.close();
    },
  };
}

/** A password and a one-time code, in one question. */
export const askCodes = (connection: Connection) =>
  connection.on('authentication', (attempt) => {
    if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
    attempt.prompt(
      [
        { prompt: 'Password: ', echo: false },
        { prompt: 'Verification code\x1b[2J: ', echo: true },
      ],
      'Two steps',
      'Look at your phone',
      (answers) => {
        if (answers?.[0] === 'swordfish' && answers[1] === '424242') attempt.accept();
        else attempt.reject(['keyboard-interactive']);
      },
    );
  });

/**
 * `npm start [-- --browser] [--port N] [--no-open] [--idle-timeout S]`: builds what is old, then opens the app in
 * Electron, or says in one line why not and opens it in the browser.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.mjs';
import { electronObstacle, fetchElectron, findElectron } from './lib/electron-binary.mjs';
import { needModernNode, root } from './lib/modern-node.mjs';

const USAGE = 'npm start -- [--browser] [--port N] [--no-open] [--idle-timeout SECONDS]';

await needModernNode();
const options = readOptions();
await ensureBuilt().catch((error) => stop(error.message, 1));
const obstacle = options.browser ? null : await whyNotElectron();
if (options.browser || obstacle) {
  if (obstacle) console.error(`Opening in the browser instead of a window: ${obstacle}.`);
  await startInBrowser();
} else {
  startElectron();
}

async function whyNotElectron() {
  const obstacle = electronObstacle();
  if (obstacle) return obstacle;
  if (findElectron()) return null;
  if (process.env.ELECTRON_OVERRIDE_DIST_PATH) return 'ELECTRON_OVERRIDE_DIST_PATH holds no Electron';
  return fetchElectron();
}

function startElectron() {
  const env = { ...process.env };
  delete env.ELECTRON_RUN_AS_NODE; // set by editors that are Electron apps themselves
  const child = spawn(findElectron(), [root], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => stop(`Electron did not start: ${error.message}`, 1));
  child.on('exit', (code) => process.exit(code ?? 1));
}

async function startInBrowser() {
  const load = (path) => import(pathToFileURL(join(root, 'out', 'main', path)).href);
  const { startBrowserHost } = await load('host/browser-host.js');
  const { jsonLogger } = await load('platform/logger.js');
  const { openBrowser } = await load('platform/open-browser.js');
  const logger = jsonLogger((line) => process.stderr.write(line), Date.now);
  const host = await startBrowserHost({
    port: options.port,
    idleTimeoutSeconds: options.idleTimeout,
    logger: { log: (level, ...rest) => level !== 'debug' && logger.log(level, ...rest) },
  }).catch((error) => stop([error.message, error.hint].filter(Boolean).join(' '), 1));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(130)); // asked twice: at once
      void host.close();
    });
  }
  console.log(`Scalable is at ${host.url}`);
  console.log('The link works once; the browser keeps the key. Press Ctrl-C to stop.');
  if (options.open) openBrowser(host.url);
  await host.closed;
  process.exit(0);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      allowNegative: true,
      options: {
        browser: { type: 'boolean', default: false },
        open: { type: 'boolean', default: true },
        port: { type: 'string' },
        'idle-timeout': { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) stop(USAGE, 0);
    return {
      browser: values.browser,
      open: values.open,
      port: wholeNumber('--port', values.port, 65_535),
      idleTimeout: wholeNumber('--idle-timeout', values['idle-timeout'], 86_400 * 365),
    };
  } catch (error) {
    return stop(`${error.message}\n${USAGE}`, 2);
  }
}

function wholeNumber(name, text, most) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= most && text !== '') return value;
  return stop(`${name} takes a whole number from 0 to ${most}, not "${text}".\n${USAGE}`, 2);
}

function stop(message, code) {
  (code === 0 ? console.log : console.error)(message);
  process.exit(code);
}

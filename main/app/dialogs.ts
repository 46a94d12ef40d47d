import { dirname } from 'node:path';
import { BrowserWindow, clipboard, dialog } from 'electron';
import { type AppError, type ErrorData, toErrorData } from '../platform/errors.ts';
import type { CommandLineTool } from './command-line-tool.ts';
import type { QuitChoice } from './quit-guard.ts';

/** The folder the user chose; null when the dialog was closed. */
export async function chooseFolder(): Promise<string | null> {
  const options = {
    title: 'Open a project folder',
    buttonLabel: 'Open',
    properties: ['openDirectory', 'createDirectory'] as ('openDirectory' | 'createDirectory')[],
  };
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  const { canceled, filePaths } = window
    ? await dialog.showOpenDialog(window, options)
    : await dialog.showOpenDialog(options);
  return canceled ? null : (filePaths[0] ?? null);
}

const QUIT_CHOICES: readonly QuitChoice[] = ['keep-running', 'stop', 'stay'];

export async function askToQuit(runs: number): Promise<QuitChoice> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: runs === 1 ? 'A run is going on.' : `${runs} runs are going on.`,
    detail:
      'Keep running: the window closes and the app ends when the work is done.\n' +
      'Stop: what has finished is kept, what runs is stopped, and you can resume later.',
    buttons: ['Keep running', 'Stop, resume later', 'Stay'],
    defaultId: 0,
    cancelId: 2,
    noLink: true,
  });
  return QUIT_CHOICES[response] ?? 'stay';
}

/** Something that nobody foresaw: said once, with a report to copy; the app goes on, and so do the runs. */
export async function showUnexpected(error: unknown): Promise<void> {
  const data: ErrorData = toErrorData(error);
  const report = JSON.stringify(data, null, 2);
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: 'Scalable ran into something unexpected.',
    detail: `${data.message}\n\nYour recorded runs are safe. If the app behaves strangely, quit and start it again.`,
    buttons: ['Copy report', 'Go on'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  if (response === 0) clipboard.writeText(report);
}

/** Asks before anything is put into the user's own folders. */
export async function askToInstallTool(path: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: 'Install the “scalable” command?',
    detail: `It does in a terminal what the app does in its window, and is put at\n${path}`,
    buttons: ['Install', 'Cancel'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}

export async function showToolInstalled({ path, onPath }: CommandLineTool): Promise<void> {
  await dialog.showMessageBox({
    type: 'info',
    message: 'The “scalable” command is installed.',
    detail: onPath
      ? 'Open a new terminal and type: scalable --help'
      : `If a new terminal does not find it, add its folder to your PATH:\nexport PATH="${dirname(path)}:$PATH"`,
    buttons: ['OK'],
  });
}

/** Something that may happen: what it was, and what to do. */
export async function showProblem({ message, hint }: AppError): Promise<void> {
  await dialog.showMessageBox({ type: 'warning', message, detail: hint ?? '', buttons: ['OK'] });
}

export async function showPageGone(): Promise<'reload' | 'quit'> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    message: 'The page stopped several times in a row.',
    detail: 'Runs go on in the background. Load the page again, or quit.',
    buttons: ['Load again', 'Quit'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 1 ? 'quit' : 'reload';
}

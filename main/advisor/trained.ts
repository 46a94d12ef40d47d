import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, systemErrorCode } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { decodeModelFile, encodeModelFile, type ModelFile } from './training/model-file.ts';
import { decodeReport } from './training/report-file.ts';
import type { TrainingReport } from './training-report.ts';

const MODELS = 'advisor.json';
const REPORT = 'training-report.json';

/** The report of the last training; null before the first. @throws AppError `E_MODEL_FILE` */
export async function readTrainingReport(modelsFolder: string): Promise<TrainingReport | null> {
  const text = await readIfThere(join(modelsFolder, REPORT));
  return text === null ? null : decodeReport(text);
}

/** The models of the last training; null before the first. @throws AppError `E_MODEL_FILE`, `E_MODEL_NEWER` */
export async function readModels(modelsFolder: string): Promise<ModelFile | null> {
  const text = await readIfThere(join(modelsFolder, MODELS));
  return text === null ? null : decodeModelFile(text);
}

/** Replaces both files as a whole: whoever reads meanwhile sees the old or the new ones. @throws AppError `E_MODEL_SAVE` */
export async function saveTraining(
  modelsFolder: string,
  models: ModelFile,
  report: TrainingReport,
): Promise<void> {
  try {
    await mkdir(modelsFolder, { recursive: true });
    await replace(join(modelsFolder, MODELS), encodeModelFile(models));
    await replace(join(modelsFolder, REPORT), `${JSON.stringify(report)}\n`);
  } catch (cause) {
    throw new AppError(
      {
        code: 'E_MODEL_SAVE',
        message: `The trained models could not be written to ${modelsFolder}`,
        hint: 'Check that the disk has room and that you may write there; models trained before are still in place.',
      },
      { cause },
    );
  }
}

async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.${newId()}.tmp`;
  try {
    await writeFile(draft, text);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') return null;
    throw new AppError(
      {
        code: 'E_MODEL_FILE',
        message: `${path} cannot be read`,
        hint: 'Check the permissions of the folder.',
      },
      { cause },
    );
  }
}

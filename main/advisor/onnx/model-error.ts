import { AppError } from '../../platform/errors.ts';

/** A model file that must not be used, and why. @param why continues "The model file cannot be used: …" */
export function unusable(why: string, cause?: unknown): AppError {
  return new AppError(
    {
      code: 'E_MODEL_FILE',
      message: `The model file cannot be used: ${why}`,
      hint: 'Export it again with `scalable train --onnx DIR` where it was trained, and copy it whole.',
    },
    { cause },
  );
}

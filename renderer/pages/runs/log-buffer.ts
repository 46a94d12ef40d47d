import type { LogSlice } from '../../../main/api/services.ts';

/** A stretch of a log file in bytes [start, end), of `total` bytes written so far. */
export interface LogBuffer {
  readonly start: number;
  readonly end: number;
  readonly total: number;
  readonly text: string;
  /** The log was cut when it reached its size limit. */
  readonly truncated: boolean;
}

export function firstSlice(slice: LogSlice, offset: number): LogBuffer {
  return {
    start: offset,
    end: slice.nextOffset,
    total: slice.totalBytes,
    text: slice.text,
    truncated: slice.truncated,
  };
}

/** What was written since: `slice` was read from the buffer's end. */
export function appendSlice(buffer: LogBuffer, slice: LogSlice): LogBuffer {
  return {
    ...buffer,
    end: Math.max(buffer.end, slice.nextOffset),
    total: Math.max(buffer.total, slice.totalBytes),
    text: buffer.text + slice.text,
    truncated: slice.truncated,
  };
}

/** Earlier text: `slice` was read from `offset`; what reaches into the buffer is there already. */
export function prependSlice(buffer: LogBuffer, slice: LogSlice, offset: number): LogBuffer {
  const bytes = new TextEncoder().encode(slice.text);
  const earlier = new TextDecoder().decode(bytes.subarray(0, Math.max(0, buffer.start - offset)));
  return { ...buffer, start: offset, text: earlier + buffer.text };
}

/** Where to begin reading so that the end of the log comes in one slice of `sliceBytes`. */
export function tailOffset(totalBytes: number, sliceBytes: number): number {
  return Math.max(0, totalBytes - Math.max(1, sliceBytes));
}

import { type LogSlice, MAX_SLICE_BYTES } from '../../../main/api/services.ts';

/** A stretch of a log file in bytes [start, end), of `total` bytes written so far. */
export interface LogBuffer {
  readonly start: number;
  readonly end: number;
  readonly total: number;
  readonly text: string;
  /** The log was cut when it reached its size limit. */
  readonly truncated: boolean;
}

/** More is not kept on the page while a log is followed; the beginning can be loaded again. */
const MAX_KEPT_BYTES = 8 * MAX_SLICE_BYTES;

/** What is shown when a slice arrives: it continues the buffer, or is a new beginning. */
export function followSlice(buffer: LogBuffer | null, slice: LogSlice): LogBuffer {
  return buffer && slice.offset === buffer.end
    ? withinLimit({
        ...buffer,
        end: slice.nextOffset,
        total: slice.totalBytes,
        text: buffer.text + slice.text,
        truncated: buffer.truncated || slice.truncated,
      })
    : {
        start: slice.offset,
        end: slice.nextOffset,
        total: slice.totalBytes,
        text: slice.text,
        truncated: slice.truncated,
      };
}

function withinLimit(buffer: LogBuffer): LogBuffer {
  const tooMany = buffer.end - buffer.start - MAX_KEPT_BYTES;
  if (tooMany <= 0) return buffer;
  // A character is a byte or more, so these are at most the bytes that are too many; whole lines go.
  const cut = buffer.text.indexOf('\n', tooMany / 2) + 1;
  const dropped = new TextEncoder().encode(buffer.text.slice(0, cut)).length;
  return { ...buffer, start: buffer.start + dropped, text: buffer.text.slice(cut) };
}

/** Earlier text: what reaches into the buffer is there already. */
export function prependSlice(buffer: LogBuffer, slice: LogSlice): LogBuffer {
  const bytes = new TextEncoder().encode(slice.text);
  const earlier = new TextDecoder().decode(bytes.subarray(0, Math.max(0, buffer.start - slice.offset)));
  return {
    ...buffer,
    start: slice.offset,
    text: earlier + buffer.text,
    truncated: buffer.truncated || slice.truncated,
  };
}

/** Where to read so that what is before the buffer comes in one slice. */
export function earlierOffset(buffer: LogBuffer): number {
  return Math.max(0, buffer.start - MAX_SLICE_BYTES);
}

let last: Promise<void> = Promise.resolve();

/**
 * Does expensive drawing one piece a frame, in the order asked: several pictures that change at once would otherwise
 * hold up the page together. Returns the way to call it off while it waits.
 */
export function inTurn(draw: () => void): () => void {
  let wanted = true;
  last = last.then(nextFrame).then(() => {
    if (wanted) draw();
  });
  last = last.catch((error: unknown) => reportError(error));
  return () => {
    wanted = false;
  };
}

/** A page in the background gets no frames, and what it shows must be right when it is looked at again. */
const WITHOUT_FRAMES_MS = 250;

function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, WITHOUT_FRAMES_MS);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      setTimeout(resolve); // after the frame is on the screen
    });
  });
}

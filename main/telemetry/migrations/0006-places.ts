/** Where each array stands among the others at its site, as JSON: several places while the answer to the last is not known. */
export const places = `
ALTER TABLE engine_jobs ADD COLUMN places TEXT NOT NULL DEFAULT '[{"parallelism":0,"behind":[]}]';
`;

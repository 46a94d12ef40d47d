/** What a scale decision was made from, as JSON, and in a sentence what came of it; null where nobody wrote it down. */
export const scaling = `
ALTER TABLE scale_decisions ADD COLUMN inputs TEXT;
ALTER TABLE scale_decisions ADD COLUMN outcome TEXT;
`;

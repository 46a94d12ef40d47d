/**
 * What a GiB more or less would cost by the hour, in USD, of each component, as JSON: the estimate knew it. Null of
 * earlier runs: what their memory cost is not known apart from the rest.
 */
export const memoryRates = `
ALTER TABLE costs ADD COLUMN memory_rates TEXT;
`;

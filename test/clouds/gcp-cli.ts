import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GcpDouble } from '../doubles/gcp/gcp-double.ts';
import { type Command, startScalable } from './cloud-cli.ts';

const SIGNED_IN = {
  type: 'authorized_user',
  client_id: 'id',
  client_secret: 'none',
  refresh_token: 'refresh',
};

/** Variables under which the double and credentials are found, as gcloud leaves them. */
export function envOf(double: GcpDouble): Record<string, string> {
  const credentials = join(double.folder, 'application_default_credentials.json');
  writeFileSync(credentials, JSON.stringify(SIGNED_IN));
  return { SCALABLE_GCP_ENDPOINT: double.url, GOOGLE_APPLICATION_CREDENTIALS: credentials };
}

/** `scalable ARGUMENTS` in a project's folder, as a process that finds the double. */
export function scalable(double: GcpDouble, folder: string, ...argv: readonly string[]): Command {
  return startScalable(folder, argv, envOf(double));
}

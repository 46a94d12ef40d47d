import { signInOf } from '../../connections/aws/sso-place.ts';
import { systemClock } from '../../platform/clock.ts';
import { openBrowser } from '../../platform/open-browser.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { cliSites } from '../sites.ts';

/** The device flow: a link with a code, opened where there is a browser, then the wait for the person. */
export async function loginConnection(
  context: CommandContext,
  { name }: { readonly name: string },
): Promise<number> {
  const { env, signal } = context.io;
  const profile = await cliSites(context).profiles.getOf('aws', name);
  for await (const event of await signInOf(profile, { env, clock: systemClock, signal })) {
    if (event.kind === 'done') {
      const until = new Date(event.expiresAt).toISOString();
      context.output.result(
        { signed_in: name, expires_at: until },
        () => `Signed in to ${name} until ${until}.`,
      );
      continue;
    }
    context.output.note(`Open ${event.url}\nand confirm that it shows the code ${event.code}.`);
    if (context.io.stderr.isTTY) openBrowser(event.url, { platform: process.platform, env: { ...env } });
  }
  return EXIT.done;
}

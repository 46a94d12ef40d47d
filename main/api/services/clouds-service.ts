import { readAwsChoices } from '../../connections/aws/choices.ts';
import { ownerOf, sharedProfileOf } from '../../connections/aws/open-aws.ts';
import { readSharedProfiles } from '../../connections/aws/shared-config.ts';
import { signInOf } from '../../connections/aws/sso-place.ts';
import { readGcpChoices } from '../../connections/gcp/choices.ts';
import { readGcloudConfigurations } from '../../connections/gcp/gcloud-config.ts';
import { openBrowser } from '../../platform/open-browser.ts';
import type { ConnectionService } from '../connection-views.ts';
import type { ConnectionParts } from './connections-service.ts';

/** What only connections to clouds can do. */
export function cloudsService({
  profiles,
  sites,
  clock,
  host,
}: ConnectionParts): Pick<ConnectionService, 'cloudOffers' | 'cloudChoices' | 'signIn'> {
  return {
    cloudOffers: async () => ({
      aws: await readSharedProfiles(),
      gcp: await readGcloudConfigurations(process.env),
    }),
    cloudChoices: async (name) => {
      const profile = await profiles.get(name);
      if (profile.kind === 'gcp') return readGcpChoices(await sites.gcp(name, {}), name);
      sites.askAgain(name);
      const found = await profiles.getOf('aws', name);
      const of = ownerOf(found, await sharedProfileOf(found, process.env));
      return readAwsChoices(await sites.aws(name, {}), of);
    },
    signIn: async function* (name, signal) {
      const profile = await profiles.getOf('aws', name);
      for await (const event of await signInOf(profile, { env: process.env, clock, signal })) {
        // A page in a browser shows the link itself.
        if (event.kind === 'asked' && host === 'electron') openBrowser(event.url);
        if (event.kind === 'done') sites.disconnect(name);
        yield event;
      }
    },
  };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sshProfileSchema } from '../../../../main/connections/profile.ts';
import {
  EMPTY_FORM,
  formOf,
  formOfOffer,
  problemsOf,
  profileOf,
  proposedName,
  withHost,
} from '../../../../renderer/pages/connections/connection-form.ts';

describe('the form of a connection', () => {
  it('takes an address apart as people copy it', () => {
    expect(withHost(EMPTY_FORM, 'ssh ada@login.hpc.edu:2222')).toMatchObject({
      host: 'login.hpc.edu',
      user: 'ada',
      port: 2222,
      name: 'login',
    });
  });

  it('proposes a name until one is given', () => {
    const proposed = withHost(EMPTY_FORM, 'deception.pnl.gov');
    expect(proposed.name).toBe('deception');
    expect(withHost(proposed, 'constance.pnl.gov').name).toBe('constance');
    expect(withHost({ ...proposed, name: 'mine' }, 'constance.pnl.gov').name).toBe('mine');
  });

  it('keeps what the person typed before, when the address says nothing of it', () => {
    expect(withHost({ ...EMPTY_FORM, user: 'ada', port: 22 }, 'login')).toMatchObject({
      user: 'ada',
      port: 22,
    });
  });

  it('takes only the alias of an offered host, so that ~/.ssh/config stays in charge', () => {
    const profile = profileOf(formOfOffer({ name: 'deception', host: 'deception' }));
    expect(profile).toMatchObject({ host: 'deception', user: null, port: null, proxyJump: null });
  });

  it('gives back the profile it was filled from', () => {
    const profile = sshProfileSchema.parse({
      kind: 'ssh',
      name: 'hpc',
      host: 'login.hpc.edu',
      user: 'ada',
      port: 2222,
      workDir: '~/scalable',
      agent: false,
      partition: 'short',
      account: 'im3',
    });
    expect(profileOf(formOf(profile), profile)).toEqual(profile);
  });

  it('says what is wrong beside the field', () => {
    const form = { ...EMPTY_FORM, name: 'a b', host: '-oProxyCommand=x', workDir: 'scratch', port: 70_000 };
    expect(Object.keys(problemsOf(form, [])).sort()).toEqual(['host', 'name', 'port', 'workDir']);
    expect(problemsOf({ ...EMPTY_FORM, name: 'hpc', host: 'h' }, ['hpc']).name).toMatch(/already/);
    expect(Object.keys(problemsOf(EMPTY_FORM, []))).toEqual(['name', 'host']);
  });

  it('lets nothing through that the app would refuse', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('name', 'host', 'user', 'identityFile', 'proxyJump', 'knownHostsFile', 'workDir'),
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[~/-]?[a-z@:, ]{0,6}$/)),
        fc.option(fc.integer({ min: -5, max: 80_000 })),
        (field, text, port) => {
          const form = { ...EMPTY_FORM, name: 'hpc', host: 'login', port, [field]: text };
          const isFine = Object.keys(problemsOf(form, [])).length === 0;
          return !isFine || sshProfileSchema.safeParse(profileOf(form)).success;
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('proposes names that may be used', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (host) => {
        const name = proposedName(host);
        return name === '' || sshProfileSchema.shape.name.safeParse(name).success;
      }),
    );
    expect(proposedName('192.168.1.7')).toBe('192.168.1.7');
  });
});

import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sshProfileSchema } from '../../../main/connections/profile.ts';
import { addressOf, routeOf } from '../../../main/connections/ssh/route.ts';
import { parseSshConfig } from '../../../main/connections/ssh/ssh-config.ts';

const TEXT = `
Host *.cluster !old.cluster
  User ada
  IdentityFile ~/.ssh/cluster
Host login
  HostName %h.hpc.edu
  Port 2222
  ProxyJump carol@bastion:2200,second
Host bastion
  HostName bastion.hpc.edu
  ProxyJump outer
Match exec "touch /tmp/scalable-must-not-exist"
  User mallory
Host *
  User bob
`;
const config = parseSshConfig(TEXT, '/home/me');
const profile = (more: object) =>
  sshProfileSchema.parse({ kind: 'ssh', name: 'hpc', host: 'login', ...more });
const addresses = (more: object) => routeOf(profile(more), config, '/home/me').map(addressOf);

describe('~/.ssh/config', () => {
  it('gives the first value that matches, with wildcards and exclusions', () => {
    expect(config.settings('a.cluster')).toMatchObject({
      user: 'ada',
      identityFiles: ['/home/me/.ssh/cluster'],
    });
    expect(config.settings('old.cluster')).toMatchObject({ user: 'bob', identityFiles: [] });
    expect(config.settings('login')).toMatchObject({ hostName: 'login.hpc.edu', port: 2222, user: 'bob' });
  });

  it('never runs what Match exec names', () => {
    config.settings('login');
    expect(existsSync('/tmp/scalable-must-not-exist')).toBe(false);
  });

  it('offers hosts without wildcards', () => {
    expect(config.aliases).toEqual(['login', 'bastion']);
  });

  it('leads over every jump host, the ones of jump hosts first', () => {
    expect(addresses({})).toEqual([
      'bob@outer',
      'carol@bastion.hpc.edu:2200',
      'bob@second',
      'bob@login.hpc.edu:2222',
    ]);
  });

  it('yields to what the profile says', () => {
    expect(addresses({ user: 'eve', port: 22, proxyJump: 'none' })).toEqual(['eve@login.hpc.edu']);
    expect(addresses({ proxyJump: 'x@[::1]:9' })).toEqual(['x@::1:9', 'bob@login.hpc.edu:2222']);
  });

  it.each([
    ['ssh -W %h:%p bastion', 'bastion'],
    ['/usr/bin/ssh -q -W [%h]:%p carol@bastion', 'carol@bastion'],
    ['ssh -p 2200 -l carol bastion -W %h:%p', 'carol@bastion:2200'],
    ['ssh -q bastion nc -w 30 %h %p', null], // a number after an option of nc: not understood, so not guessed
    ['ssh bastion nc -q0 %h %p', 'bastion'],
    ['ssh -F other -W %h:%p bastion', null],
    ['ssh bastion "rm -rf ~; nc %h %p"', null],
    ['connect-proxy -S socks:1080 %h %p', null],
    ['ssh bastion', null],
  ])('takes the command %s for a jump over %s', (command, jump) => {
    const { proxyJump, proxyCommand } = parseSshConfig(`Host a\n  ProxyCommand ${command}\n`, '/h').settings(
      'a',
    );
    expect([proxyJump, proxyCommand === null]).toEqual([jump, jump !== null]);
  });

  it('says that it runs no other command, unless the profile says how to go', () => {
    const odd = parseSshConfig('Host a\n  ProxyCommand corkscrew proxy 80 %h %p\n', '/h');
    expect(() => routeOf(profile({ host: 'a' }), odd, '/h')).toThrow('the command corkscrew, which');
    expect(routeOf(profile({ host: 'a', proxyJump: 'none' }), odd, '/h')).toHaveLength(1);
    expect(parseSshConfig('Host a\n  ProxyCommand none\n', '/h').settings('a').proxyCommand).toBeNull();
  });

  it('finds a circle of jump hosts', () => {
    const circle = parseSshConfig('Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n', '/h');
    expect(() => routeOf(profile({ host: 'a' }), circle, '/h')).toThrow('in a circle');
  });

  it('says nothing when it cannot be read', () => {
    expect(parseSshConfig('Match\n', '/h').settings('x')).toMatchObject({
      hostName: 'x',
      user: null,
      port: null,
    });
  });
});

describe('a profile', () => {
  it.each([
    { name: '../x' },
    { name: '-x' },
    { host: '-oProxyCommand=x' },
    { host: 'a b' },
    { user: '-l' },
    { workDir: 'rel' },
    { proxyJump: '-x' },
    { port: 0 },
    { password: 'p' },
  ])('refuses %j', (wrong) => {
    expect(() => profile(wrong)).toThrow();
  });
});

import type { SshProfileInput } from '../../main/connections/profile.ts';
import type { TestCluster } from './cluster/test-cluster.ts';

/** The test cluster as a connection called `testbed`. @param workDir below the shared folder */
export function testbedProfile({ facts }: TestCluster, workDir: string): SshProfileInput {
  const { host, sshPort, user, keyFile, knownHosts, shared } = facts;
  return {
    kind: 'ssh',
    name: 'testbed',
    host,
    port: sshPort,
    user,
    identityFile: keyFile,
    knownHostsFile: knownHosts,
    agent: false,
    workDir: `${shared}/${workDir}`,
  };
}

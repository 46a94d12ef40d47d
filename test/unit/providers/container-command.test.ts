import { describe, expect, test } from 'vitest';
import {
  type ContainedProcess,
  containerCommand,
  containerName,
} from '../../../main/providers/local/container-command.ts';

const inside: ContainedProcess = {
  argv: ['python', 'run.py', '--name', "a 'b'; c"],
  env: { TOKEN: 'secret', OMP_NUM_THREADS: '8' },
  folder: '/project',
  folders: ['/project', '/state/work/x.1'],
  cpus: 8,
  memoryBytes: 1024,
  user: '1000:1000',
  name: 'scalable-run-x.1-1',
};
const image = { image: 'ghcr.io/jgcri/demeter:2.0.1', mounts: { '/rcfs': '/data' } };

describe('a command in a container', () => {
  test('of docker has limits, mounts, user, folder and a name, and values only in the environment', () => {
    const { argv, env } = containerCommand({ kind: 'docker', program: '/usr/bin/docker' }, image, inside);
    expect(argv).toEqual([
      '/usr/bin/docker',
      'run',
      '--rm',
      '--init',
      '--name',
      'scalable-run-x.1-1',
      '--cpus=8',
      '--memory=1024',
      '--memory-swap=1024',
      '--user',
      '1000:1000',
      '--mount',
      'type=bind,source=/project,target=/project',
      '--mount',
      'type=bind,source=/state/work/x.1,target=/state/work/x.1',
      '--mount',
      'type=bind,source=/rcfs,target=/data',
      '--env',
      'TOKEN',
      '--env',
      'OMP_NUM_THREADS',
      '--workdir',
      '/project',
      'ghcr.io/jgcri/demeter:2.0.1',
      'python',
      'run.py',
      '--name',
      "a 'b'; c",
    ]);
    expect(env.TOKEN).toBe('secret');
    expect(argv.join(' ')).not.toContain('secret');
  });

  test('of apptainer binds the same folders and hands values over in its own way', () => {
    const { argv, env } = containerCommand({ kind: 'apptainer', program: 'apptainer' }, image, inside);
    expect(argv.slice(0, 4)).toEqual(['apptainer', 'exec', '--cleanenv', '--no-home']);
    expect(argv).toContain('/rcfs:/data');
    expect(argv).toContain('docker://ghcr.io/jgcri/demeter:2.0.1');
    expect(env).toEqual({ APPTAINERENV_TOKEN: 'secret', APPTAINERENV_OMP_NUM_THREADS: '8' });
  });

  test('of apptainer takes an image file as it is', () => {
    const file = { image: '/images/model.sif', mounts: {} };
    expect(containerCommand({ kind: 'apptainer', program: 'apptainer' }, file, inside).argv).toContain(
      '/images/model.sif',
    );
  });

  test('has a name that docker accepts', () => {
    expect(containerName('run-1', 'x y.1', 2)).toBe('scalable-run-1-x-y.1-2');
  });
});

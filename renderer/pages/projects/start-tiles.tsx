import { Text, UnstyledButton } from '@mantine/core';
import { IconFolderOpen, IconSparkles } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './projects.module.css';
import type { OpeningProject } from './use-open-project.ts';

export function StartTiles({ opening }: { opening: OpeningProject }) {
  return (
    <div className={classes.tiles}>
      <Tile
        icon={<IconFolderOpen size={22} stroke={1.5} />}
        title="Open a project folder"
        busy={opening.busy}
        onClick={opening.choose}
      >
        With or without a manifest. Nothing in the folder is changed by opening it.
      </Tile>
      <Tile
        icon={<IconSparkles size={22} stroke={1.5} />}
        title="Try the sample"
        busy={opening.busy}
        onClick={opening.sample}
        strong
      >
        A Monte Carlo study of a power grid. It runs in about a minute on this machine and shows what the
        advisor learns from it.
      </Tile>
    </div>
  );
}

interface TileProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly strong?: boolean;
  readonly busy: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function Tile({ icon, title, strong = false, busy, onClick, children }: TileProps) {
  return (
    <UnstyledButton
      className={classes.tile}
      data-strong={strong || undefined}
      onClick={onClick}
      disabled={busy}
    >
      <span className={classes.tileIcon} aria-hidden="true">
        {icon}
      </span>
      <span>
        <Text component="span" display="block" fw={600} size="md">
          {title}
        </Text>
        <Text component="span" display="block" size="sm" c="dimmed">
          {children}
        </Text>
      </span>
    </UnstyledButton>
  );
}

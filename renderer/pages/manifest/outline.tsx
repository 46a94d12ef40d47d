import { Text, UnstyledButton } from '@mantine/core';
import {
  IconBox,
  IconListCheck,
  IconPlus,
  type IconProps,
  IconStack2,
  IconTarget,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { OutlineNode } from '../../../main/api/services.ts';
import classes from './manifest.module.css';

interface Section {
  readonly kind: OutlineNode['kind'];
  readonly title: string;
  readonly empty: string;
  readonly icon: ComponentType<IconProps>;
}

const SECTIONS: readonly Section[] = [
  { kind: 'target', title: 'Targets', empty: 'Where it can run', icon: IconTarget },
  { kind: 'component', title: 'Components', empty: 'What one worker looks like', icon: IconBox },
  { kind: 'task', title: 'Tasks', empty: 'What is done', icon: IconListCheck },
  { kind: 'overlay', title: 'Overlays', empty: '', icon: IconStack2 },
];

interface OutlineProps {
  readonly nodes: readonly OutlineNode[];
  readonly onGo: (line: number) => void;
  /** Absent while it is not known what a target can say. */
  readonly onAddTarget?: () => void;
}

/** What the manifest defines; a click shows the place. */
export function Outline({ nodes, onGo, onAddTarget }: OutlineProps) {
  return (
    <nav aria-label="Outline of the manifest" className={classes.outline}>
      {SECTIONS.map(({ kind, title, empty, icon: Icon }) => {
        const own = nodes.filter((node) => node.kind === kind);
        if (own.length === 0 && empty === '') return null;
        return (
          <section key={kind}>
            <h2 className={classes.outlineTitle}>
              {title}
              <span>{own.length}</span>
            </h2>
            {own.length === 0 && (
              <Text size="xs" c="dimmed" px="xs">
                {empty}: nothing yet.
              </Text>
            )}
            <ul className={classes.outlineList}>
              {own.map((node) => (
                <li key={`${node.name}:${node.line}`}>
                  <UnstyledButton className={classes.outlineNode} onClick={() => onGo(node.line)}>
                    <Icon size={15} stroke={1.6} aria-hidden />
                    <span className={classes.outlineText}>
                      <span>{node.name}</span>
                      <Text
                        component="span"
                        display="block"
                        size="xs"
                        c="dimmed"
                        truncate
                        title={node.detail}
                      >
                        {node.detail}
                      </Text>
                    </span>
                  </UnstyledButton>
                </li>
              ))}
            </ul>
            {kind === 'target' && onAddTarget && (
              <UnstyledButton className={classes.outlineNode} onClick={onAddTarget}>
                <IconPlus size={15} stroke={1.6} aria-hidden />
                <span className={classes.outlineText}>Add a target</span>
              </UnstyledButton>
            )}
          </section>
        );
      })}
    </nav>
  );
}

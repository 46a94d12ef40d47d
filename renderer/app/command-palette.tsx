import { Modal, ScrollArea, Text } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Keys } from '../components/keys.tsx';
import { fuzzyScore } from '../lib/fuzzy.ts';
import classes from './command-palette.module.css';
import { type Command, useCommandRegistry } from './commands.tsx';

interface CommandPaletteProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

export function CommandPalette({ opened, onClose }: CommandPaletteProps) {
  return (
    <Modal.Root opened={opened} onClose={onClose} padding={0} size={560} centered={false} yOffset="12vh">
      <Modal.Overlay />
      <Modal.Content aria-label="Command palette">
        <PaletteBody onClose={onClose} />
      </Modal.Content>
    </Modal.Root>
  );
}

function PaletteBody({ onClose }: { onClose: () => void }) {
  const { commands } = useCommandRegistry();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const listId = useId();
  const found = findCommands(commands, typed);
  const current = found[Math.min(active, found.length - 1)];
  const activeRow = useRef<HTMLDivElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the row to show changes with the choice.
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which React would take for a clean-up function.
    activeRow.current?.scrollIntoView({ block: 'nearest' });
  }, [current?.id]);

  const choose = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && found.length > 0) {
      event.preventDefault();
      setActive((index) => (Math.min(index, found.length - 1) + step + found.length) % found.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(current);
    }
  };

  return (
    <>
      <div className={classes.search}>
        <IconSearch size={16} aria-hidden="true" />
        <input
          className={classes.input}
          placeholder="Type a command or a place…"
          aria-label="Search commands"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={current ? `${listId}-${current.id}` : undefined}
          data-autofocus
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKey}
        />
      </div>
      <ScrollArea.Autosize mah="50vh" type="auto" viewportProps={{ tabIndex: -1 }}>
        <div id={listId} role="listbox" aria-label="Commands" className={classes.list}>
          {found.map((command, index) => {
            const startsGroup = command.group !== found[index - 1]?.group;
            return (
              <div key={command.id} role="presentation">
                {startsGroup && typed === '' && (
                  <div className={classes.group} role="presentation">
                    {command.group}
                  </div>
                )}
                {/* The focus stays in the search field, which names the active option and hears the keys. */}
                {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the search field. */}
                <div
                  id={`${listId}-${command.id}`}
                  ref={command === current ? activeRow : undefined}
                  role="option"
                  tabIndex={-1}
                  aria-selected={command === current}
                  className={classes.option}
                  onClick={() => choose(command)}
                  onMouseMove={() => setActive(index)}
                >
                  <span className={classes.icon} aria-hidden="true">
                    {command.icon}
                  </span>
                  <span className={classes.label}>{command.label}</span>
                  {command.keys && <Keys keys={command.keys} />}
                </div>
              </div>
            );
          })}
        </div>
        {found.length === 0 && (
          <Text size="sm" c="dimmed" p="md" ta="center" role="status">
            Nothing is called “{typed}”.
          </Text>
        )}
      </ScrollArea.Autosize>
    </>
  );
}

/** As registered while nothing is typed; then by how well they fit. */
function findCommands(commands: readonly Command[], typed: string): readonly Command[] {
  if (typed.trim() === '') return commands;
  return commands
    .map((command) => ({ command, score: bestScore(command, typed) }))
    .filter((found): found is { command: Command; score: number } => found.score !== null)
    .sort((a, b) => b.score - a.score)
    .map(({ command }) => command);
}

function bestScore(command: Command, typed: string): number | null {
  const scores = [command.label, command.words ?? '']
    .map((text) => fuzzyScore(typed, text))
    .filter((score): score is number => score !== null);
  return scores.length > 0 ? Math.max(...scores) : null;
}

import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';

/** Something the palette offers. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly keys?: readonly string[];
  readonly icon?: ReactNode;
  /** Words that find it beyond its label. */
  readonly words?: string;
  readonly run: () => void;
}

interface CommandRegistry {
  readonly commands: readonly Command[];
  add(owner: symbol, commands: readonly Command[]): void;
  remove(owner: symbol): void;
}

const Commands = createContext<CommandRegistry | null>(null);

export function CommandsProvider({ children }: { children: ReactNode }) {
  const [byOwner, setByOwner] = useState<ReadonlyMap<symbol, readonly Command[]>>(new Map());
  const actions = useMemo(
    () => ({
      add: (owner: symbol, commands: readonly Command[]) =>
        setByOwner((before) => new Map(before).set(owner, commands)),
      remove: (owner: symbol) =>
        setByOwner((before) => {
          const after = new Map(before);
          after.delete(owner);
          return after;
        }),
    }),
    [],
  );
  const registry = useMemo(
    () => ({ commands: [...byOwner.values()].flat(), ...actions }),
    [byOwner, actions],
  );
  return <Commands.Provider value={registry}>{children}</Commands.Provider>;
}

export function useCommandRegistry(): CommandRegistry {
  const registry = useContext(Commands);
  if (!registry) throw new Error('useCommandRegistry needs a CommandsProvider above it.');
  return registry;
}

/**
 * Offers a page's own actions in the palette while the page is shown. Labels and ids decide when the offer is
 * renewed; the functions are always the latest.
 */
export function usePageCommands(commands: readonly Command[]): void {
  const { add, remove } = useCommandRegistry();
  const latest = useRef(commands);
  latest.current = commands;
  const signature = commands.map((command) => `${command.id}\n${command.label}`).join('\n');
  useEffect(() => {
    const owner = Symbol(signature);
    add(
      owner,
      latest.current.map((command) => ({
        ...command,
        run: () => latest.current.find((current) => current.id === command.id)?.run(),
      })),
    );
    return () => remove(owner);
  }, [signature, add, remove]);
}

import type { ReactNode } from 'react';
import classes from './app-shell.module.css';
import type { Connection } from './connection.ts';
import { Navigation } from './navigation.tsx';

export function AppShell({
  connection: _connection,
  children,
}: {
  connection: Connection;
  children: ReactNode;
}) {
  return (
    <div className={classes.shell}>
      <button type="button" className="skip-link" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the page
      </button>
      <Navigation />
      <main id="main" tabIndex={-1} className={classes.main}>
        {children}
      </main>
    </div>
  );
}

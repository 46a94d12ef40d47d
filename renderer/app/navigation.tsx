import { Link, useRoute } from 'wouter';
import { routes } from './routes.ts';

export function Navigation() {
  const [inProject, params] = useRoute('/p/:projectId/*?');
  return (
    <nav aria-label="Main">
      <Link href={routes.projects}>Projects</Link>
      {inProject && (
        <>
          <Link href={routes.manifest(params.projectId)}>Manifest</Link>
          <Link href={routes.plan(params.projectId)}>Plan</Link>
          <Link href={routes.runs(params.projectId)}>Runs</Link>
          <Link href={routes.telemetry(params.projectId)}>Telemetry</Link>
          <Link href={routes.advisor(params.projectId)}>Advisor</Link>
        </>
      )}
      <Link href={routes.settings}>Settings</Link>
    </nav>
  );
}

import { Text, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { plural } from '../../lib/format.ts';
import classes from './manifest.module.css';
import type { GradedProblem } from './problem-range.ts';

interface ProblemListProps {
  readonly problems: readonly GradedProblem[];
  readonly checking: boolean;
  readonly onGo: (problem: GradedProblem) => void;
}

export function ProblemList({ problems, checking, onGo }: ProblemListProps) {
  return (
    <section aria-label="Problems" className={classes.problems}>
      <div className={classes.problemsHead} role="status">
        <ProblemSummary problems={problems} checking={checking} />
      </div>
      {problems.length > 0 && (
        <ul className={classes.problemRows}>
          {problems.map((problem) => (
            <li key={`${problem.code}:${problem.path}:${problem.line}:${problem.message}`}>
              <UnstyledButton className={classes.problem} onClick={() => onGo(problem)}>
                <SeverityIcon severity={problem.severity} />
                <span className={classes.problemText}>
                  <span>{problem.message}</span>
                  {problem.hint !== null && (
                    <Text component="span" inherit c="dimmed">
                      {' '}
                      {problem.hint}
                    </Text>
                  )}
                </span>
                <code className={classes.problemCode}>{problem.code}</code>
                <span className={classes.problemPlace}>
                  {problem.line === null ? 'file' : `line ${problem.line}`}
                </span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function ProblemSummary({ problems, checking }: Pick<ProblemListProps, 'problems' | 'checking'>) {
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const warnings = problems.length - errors;
  return (
    <span className={classes.summary} data-checking={checking || undefined}>
      {problems.length === 0 ? (
        <>
          <IconCircleCheck size={15} stroke={1.8} className={classes.good} aria-hidden />
          No problems
        </>
      ) : (
        <>
          {errors > 0 && (
            <>
              <SeverityIcon severity="error" />
              {plural(errors, 'problem')}
            </>
          )}
          {warnings > 0 && (
            <>
              <SeverityIcon severity="warning" />
              {plural(warnings, 'warning')}
            </>
          )}
        </>
      )}
    </span>
  );
}

function SeverityIcon({ severity }: { severity: GradedProblem['severity'] }) {
  return severity === 'error' ? (
    <IconCircleX size={15} stroke={1.8} className={classes.error} aria-label="Problem" role="img" />
  ) : (
    <IconAlertTriangle size={15} stroke={1.8} className={classes.warning} aria-label="Warning" role="img" />
  );
}

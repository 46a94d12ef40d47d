import { ACCOUNTING_FIELDS } from './accounting.ts';
import { QUEUE_FORMAT } from './queue.ts';

/**
 * Text of the commands that are sent to a site, for `sh -c TEXT sh MARK JOBS …`. Answers are framed by a random mark, because
 * login shells print banners. JOBS is the run's folder for the engine.
 */

/** Arguments after JOBS are the command that submits; the job script comes on standard input. */
export const SUBMIT_SCRIPT = `
jobs=$2
shift 2
mkdir -p -- "$jobs/results" "$jobs/claims" "$jobs/stop" "$jobs/log" "$jobs/../logs" "$jobs/../work" || exit 96
exec "$@"
`;

/**
 * Asks the queue and reads what is new in the result files. Its standard input has a line `FILE<tab>LINES` for every file of
 * which that many lines are known; `all` instead of a number: it is complete. Listing the folder makes a network file
 * system look again.
 */
export const POLL_SCRIPT = `
mark=$1
cd -- "$2" || exit 96
echo "$mark now $(date +%s)"
if queue=$(squeue -h -r -u "$(id -un)" -t all -o '${QUEUE_FORMAT}' </dev/null 2>&1); then ok=ok; else ok=failed; fi
echo "$mark queue $ok"
printf '%s\\n' "$queue"
echo "$mark results"
{ sed 's/^/K	/'; ls results | sed 's/^/F	/'; } | awk -F '\\t' '
  $1 == "K" { known[$2] = $3; next }
  known[$2] != "all" {
    path = "results/" $2; seen = 0
    while ((getline line < path) > 0) if (++seen > known[$2] + 0) print $2 "\\t" line
    close(path)
  }'
echo "$mark end"
`;

/** Accounting of the jobs $3 (with commas), and what Slurm wrote into the logs `ARRAY_INDEX` of standard input. */
export const EXPLAIN_SCRIPT = `
mark=$1
cd -- "$2" || exit 96
if rows=$(sacct -n -P -D --noconvert -o ${ACCOUNTING_FIELDS} -j "$3" </dev/null 2>&1); then ok=ok; else ok=failed; fi
echo "$mark accounting $ok"
printf '%s\\n' "$rows"
echo "$mark logs"
while IFS= read -r name; do
  [ ! -s "log/$name.txt" ] || grep -i -e slurm -e oom -e memory "log/$name.txt" | tail -n 5 | cut -c1-300 | sed "s/^/$name	/"
done
echo "$mark end"
`;

/** Looks for a job of the name $3: in the queue, then in accounting, which may not be there. */
export const FIND_SCRIPT = `
mark=$1
if queue=$(squeue -h -t all -u "$(id -un)" --name="$3" -o %F 2>&1); then ok=ok; else ok=failed; fi
echo "$mark queue $ok"
printf '%s\\n' "$queue"
echo "$mark accounting"
sacct -n -P -X --name="$3" -S now-30days -o JobID 2>/dev/null
echo "$mark end"
`;

/** Numbers and names of all arrays in the queue, in lines. A number may have been given to another array meanwhile. */
const NAMES = `squeue -h -t all -u "$(id -un)" -o '%F %j' </dev/null`;

/**
 * Sets how many elements of array $3 run at once to $4; 0 holds what has not begun. What it waits for is $5 from now on, if
 * that is given; an array that has begun meanwhile has nothing to wait for.
 */
export const THROTTLE_SCRIPT = `
queue=$(${NAMES}) || exit
printf '%s\\n' "$queue" | grep -qxF -e "$3" || exit 0
set -- - - "\${3%% *}" "$4" \${5+"$5"}
[ -z "\${5+given}" ] || scontrol update JobId="$3" Dependency="$5" >/dev/null 2>&1
if [ "$4" = 0 ]; then exec scontrol hold "$3"; fi
scontrol update JobId="$3" ArrayTaskThrottle="$4"
status=$?
scontrol release "$3" >/dev/null 2>&1
exit $status
`;

/** Ends elements: after JOBS pairs of an array and its elements, as scancel names them. */
export const CANCEL_SCRIPT = `
shift 2
queue=$(${NAMES}) || exit
set -f
elements=
while [ $# -gt 0 ]; do
  if printf '%s\\n' "$queue" | grep -qxF -e "$1"; then elements="$elements $2"; fi
  shift 2
done
[ -z "$elements" ] || exec scancel $elements
`;

/** Asks an element to end one instance: $3 its id and attempt, $4 the element. */
export const STOP_SCRIPT = `
cd -- "$2" || exit 96
: >"stop/$3" || exit
scancel --batch --signal=USR1 "$4"
`;

/** The parts of a framed answer by their first word, with what else stands in the mark's line; null when it is cut. */
export function framedParts(
  text: string,
  mark: string,
): ReadonlyMap<string, { readonly note: string; readonly body: string }> | null {
  const [, ...pieces] = text.split(new RegExp(`^${mark} `, 'm'));
  const parts = new Map(
    pieces.map((piece) => {
      const end = piece.indexOf('\n');
      const [name = '', ...note] = piece.slice(0, end < 0 ? undefined : end).split(' ');
      return [name, { note: note.join(' '), body: end < 0 ? '' : piece.slice(end + 1) }];
    }),
  );
  return parts.has('end') ? parts : null;
}

import { VOLUME } from './run-place.ts';

const ctl = `${VOLUME}/ctl`;

/**
 * What the work's container runs, in the user's image, which needs `sh` and nothing else: waits until the courier has brought the
 * element, runs it, passes on to it the end of the task and that some of it is not wanted any more, and leaves its exit code for the
 * courier.
 */
export const WORK_COMMAND = `trap 'exit 143' TERM
until [ -e ${ctl}/go ]; do
  [ ! -e ${ctl}/gone ] || exit 0
  sleep 1
done
sh ${ctl}/element &
work=$!
while kill -0 $work 2>/dev/null && sleep 1; do
  [ ! -e ${ctl}/stop ] || { rm -f ${ctl}/stop && kill -USR1 $work 2>/dev/null; }
done &
heeding=$!
trap 'kill -TERM $work 2>/dev/null' TERM
wait $work
code=$?
while kill -0 $work 2>/dev/null; do
  wait $work
  code=$?
done
kill $heeding 2>/dev/null
echo $code >${ctl}/ended
exit $code
`;

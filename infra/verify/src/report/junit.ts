import { escapeMarkup as escape } from './escape.js';
import type { Outcome } from './outcome.js';
import type { Summary } from './summary.js';

/** The run as CI systems read it: a test suite a section, a test case an attack. */
export function printJunit({ sections, outcomes, untried, startedAt }: Summary): string {
  const suites = sections.map(({ section, held, failed, durationMs }) => {
    const cases = outcomes.filter((one) => one.section === section).map(printCase);
    const skipped = untried
      .filter((one) => one.section === section)
      .map(({ subject, reason }) => {
        return `    <testcase classname="${section}" name="${escape(subject)}"><skipped message="${escape(reason)}"/></testcase>`;
      });
    const counts = `tests="${held + failed + skipped.length}" failures="${failed}" skipped="${skipped.length}"`;
    const head = `  <testsuite name="${section}" ${counts} time="${durationMs / 1_000}" timestamp="${startedAt}">`;
    return [head, ...cases, ...skipped, '  </testsuite>'].join('\n');
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="tenantry verify">',
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function printCase({ section, subject, attack, held, expected, seen }: Outcome): string {
  const name = `    <testcase classname="${section}.${escape(subject)}" name="${escape(attack)}"`;
  const message = `expected ${escape(expected)}; seen ${escape(seen)}`;
  return held ? `${name}/>` : `${name}><failure message="${message}"/></testcase>`;
}

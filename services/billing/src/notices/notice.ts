import type {
  BudgetThresholdReached,
  DunningStepReached,
  InvoiceCollectionFailed,
  InvoiceOpened,
} from '@tenantry/contracts';

/** What a person is told. */
export interface Notice {
  readonly subject: string;
  readonly text: string;
}

/** One paragraph a line; whoever reads it knows which tenant is meant. */
function notice(subject: string, tenant: string, ...paragraphs: readonly string[]): Notice {
  return { subject: `${tenant}: ${subject}`, text: `${paragraphs.join('\n\n')}\n` };
}

export function invoiceNotice(
  tenant: string,
  { number, total, currency }: InvoiceOpened,
  dueOn: string | null,
): Notice {
  const due = dueOn === null ? '' : ` Please pay it by ${dueOn}.`;
  return notice(
    `invoice ${number}`,
    tenant,
    `Invoice ${number} of ${tenant} is over ${total} ${currency}.${due}`,
    'You find it, what it charges for and a page to print under the invoices of your account.',
  );
}

export function collectionNotice(tenant: string, failed: InvoiceCollectionFailed): Notice {
  const { number, due, currency, failureCode, nextOn } = failed;
  const why = !failureCode ? '' : ` The bank says: ${failureCode.replaceAll('_', ' ')}.`;
  return notice(
    `invoice ${number} could not be collected`,
    tenant,
    `${due} ${currency} for invoice ${number} of ${tenant} could not be collected.${why}`,
    'Please set up another payment method, or pay the invoice under the invoices of your account.',
    ...(nextOn ? [`It is tried again on ${nextOn}.`] : []),
  );
}

/** What each step means for who reads it. */
const CONSEQUENCES: Readonly<Record<string, string>> = {
  reminder_1: 'If it is on its way already, there is nothing to do.',
  reminder_2: 'Please pay it now, or tell us what keeps you from it.',
  reminder_3: 'If it stays unpaid for another week, what your plan includes is switched off. Your data stays.',
  restricted:
    'What your plan includes is switched off until it is paid; your data stays and can be read. If it stays unpaid for another week, the account is suspended.',
  suspended: 'The account is suspended until it is paid. Its owner can still sign in, pay and export.',
};

export function dunningNotice(tenant: string, reached: DunningStepReached): Notice {
  const { step, number, due, currency, dueOn, daysPastDue } = reached;
  return notice(
    `invoice ${number} is not paid`,
    tenant,
    `Invoice ${number} of ${tenant}, ${due} ${currency}, was due on ${dueOn}, ${daysPastDue} days ago.`,
    CONSEQUENCES[step] ?? '',
  );
}

export function budgetNotice(tenant: string, reached: BudgetThresholdReached): Notice {
  const { name, percent, spent, limit, currency } = reached;
  return notice(
    `${percent} % of a budget is spent`,
    tenant,
    `The budget “${name}” of ${tenant} has reached ${percent} %: ${spent} of ${limit} ${currency} are spent in this period.`,
  );
}

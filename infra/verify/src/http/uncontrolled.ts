/** An operation that can't be made to succeed from outside. */
interface Uncontrolled {
  readonly reason: string;
  /** Whether the mails of the instance, which only its operator can read, help. */
  readonly mailsHelp: boolean;
}

/**
 * Operations that nobody can make succeed from outside, and why. They are attacked all the same; what is missing is the
 * proof that the attack would have worked for somebody else. Printed with every run.
 */
const uncontrolled: Readonly<Record<string, Uncontrolled>> = {
  ReceiveStripeEvent: { reason: 'needs a signature of Stripe’s; give --state-dir', mailsHelp: true },
  AcceptOwnerLink: { reason: 'needs a secret that only an e-mail holds; give --state-dir', mailsHelp: true },
  ConfirmPrivacyForm: { reason: 'needs a code that only an e-mail holds; give --state-dir', mailsHelp: true },
  ConfirmPrivacyLink: { reason: 'needs a link that only an e-mail holds; give --state-dir', mailsHelp: true },
};

/** Why an operation has no control in this run; undefined when it has one. */
export function whyUncontrolled(operation: string, hasMails: boolean): string | undefined {
  const known = uncontrolled[operation];
  return known && !(known.mailsHelp && hasMails) ? known.reason : undefined;
}

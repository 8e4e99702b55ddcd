/**
 * Operations that nobody can make succeed from outside, and why. They are attacked all the same; what is missing is the
 * proof that the attack would have worked for somebody else. Printed with every run.
 */
export const uncontrolled: Readonly<Record<string, string>> = {
  AcceptOwnerLink: 'needs a secret that only an e-mail holds',
};

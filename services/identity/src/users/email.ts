/** The one spelling of an e-mail address: what is stored, looked up and compared. */
export function normaliseEmail(address: string): string {
  return address.trim().normalize('NFC').toLowerCase();
}

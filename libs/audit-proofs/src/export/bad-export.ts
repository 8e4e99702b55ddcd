/** Why an export is not what it says it is. */
export class BadExport extends Error {
  override readonly name = 'BadExport';

  constructor(
    message: string,
    /** Number of the first entry that is wrong, where one can be named. */
    readonly sequence: number | null = null,
  ) {
    super(sequence === null ? message : `entry ${sequence}: ${message}`);
  }
}

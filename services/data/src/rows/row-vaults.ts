import { Injectable } from '@nestjs/common';
import { SubjectVault, Vault } from '@tenantry/database';

/** What seals rows: the tenant's key where they are kept, that of whom they are about where they are told of. */
@Injectable()
export class RowVaults {
  constructor(
    readonly tenant: Vault,
    readonly subjects: SubjectVault,
  ) {}
}

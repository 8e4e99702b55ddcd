import { readFile } from 'node:fs/promises';
import { Module } from '@nestjs/common';
import { EndMemberAccess } from './accesses/end-member-access.js';
import { ListMemberAccesses } from './accesses/list-member-accesses.js';
import { CollectMemberSubject } from './subjects/collect-member-subject.js';
import { EraseMemberSubject } from './subjects/erase-member-subject.js';
import { PlanMemberSubject } from './subjects/plan-member-subject.js';
import { defineService } from '@tenantry/service';
import { AccessDesk } from './break-glass/access-desk.js';
import { AttestBreakGlass } from './break-glass/attest-break-glass.js';
import { BreakGlass } from './break-glass/break-glass.js';
import { CloseBreakGlass } from './break-glass/close-break-glass.js';
import { EndBreakGlass } from './break-glass/end-break-glass.js';
import { EveryMinuteEscalateAttestations } from './break-glass/every-minute-escalate-attestations.js';
import { ListBreakGlass } from './break-glass/list-break-glass.js';
import { ListTenantBreakGlass } from './break-glass/list-tenant-break-glass.js';
import { OnBreakGlassOpened } from './break-glass/on-break-glass-opened.js';
import { OnBreakGlassOverdue } from './break-glass/on-break-glass-overdue.js';
import { OwnerMail } from './break-glass/owner-mail.js';
import { IdentitySettings } from './config.js';
import { CreateUserProfile } from './functions/create-user-profile.js';
import { EnsureUserProfile } from './functions/ensure-user-profile.js';
import { GetUserProfile } from './functions/get-user-profile.js';
import { GrantSchemaAccess } from './functions/grant-schema-access.js';
import { PromoteToAdmin } from './functions/promote-to-admin.js';
import { RevokeAdmin } from './functions/revoke-admin.js';
import { RevokeSchemaAccess } from './functions/revoke-schema-access.js';
import { GrantSupportAccess } from './grants/grant-support-access.js';
import { ListSupportGrants } from './grants/list-support-grants.js';
import { RevokeSupportGrant } from './grants/revoke-support-grant.js';
import { AcceptOwnerLink } from './invitations/accept-owner-link.js';
import { Invitations } from './invitations/invitations.js';
import { OnTenantActivated } from './invitations/on-tenant-activated.js';
import { OnTenantProvisioningFailed } from './invitations/on-tenant-provisioning-failed.js';
import { OnTenantRequested } from './invitations/on-tenant-requested.js';
import { PrepareOwner } from './invitations/prepare-owner.js';
import { CreateApiKey } from './keys/create-api-key.js';
import { ListApiKeys } from './keys/list-api-keys.js';
import { RecordKeyUse } from './keys/record-key-use.js';
import { RevokeApiKey } from './keys/revoke-api-key.js';
import { RotateApiKey } from './keys/rotate-api-key.js';
import { AddMember } from './members/add-member.js';
import { ChangeMemberRole } from './members/change-member-role.js';
import { ListMembers } from './members/list-members.js';
import { Memberships } from './members/memberships.js';
import { OnMemberAdded } from './members/on-member-added.js';
import { RemoveMember } from './members/remove-member.js';
import { Standings } from './members/standings.js';
import { refill } from './refill.js';
import { AccessTokens } from './sessions/access-token.js';
import { EveryHourSweep } from './sessions/every-hour-sweep.js';
import { Login } from './sessions/login.js';
import { Logout } from './sessions/logout.js';
import { Refresh } from './sessions/refresh.js';
import { Sessions } from './sessions/sessions.js';
import { SignInAttempts } from './sessions/sign-in-attempts.js';
import { AddStaff } from './staff/add-staff.js';
import { bootstrap } from './staff/bootstrap.js';
import { ChangeStaffRole } from './staff/change-staff-role.js';
import { ListStaff } from './staff/list-staff.js';
import { RemoveStaff } from './staff/remove-staff.js';
import { ChangePassword } from './users/change-password.js';
import { GetMe } from './users/get-me.js';
import { Guessability } from './users/guessability.js';
import { PasswordHasher } from './users/password-hasher.js';
import { PasswordRules } from './users/password.js';
import { TenantPasswordRules } from './users/tenant-password-rules.js';

const operations = [
  Login,
  Refresh,
  Logout,
  GetMe,
  ChangePassword,
  AcceptOwnerLink,
  PrepareOwner,
  ListMembers,
  AddMember,
  ChangeMemberRole,
  RemoveMember,
  ListStaff,
  AddStaff,
  ChangeStaffRole,
  RemoveStaff,
  CreateApiKey,
  ListApiKeys,
  RotateApiKey,
  RevokeApiKey,
  RecordKeyUse,
  EnsureUserProfile,
  CreateUserProfile,
  GetUserProfile,
  GrantSchemaAccess,
  RevokeSchemaAccess,
  PromoteToAdmin,
  RevokeAdmin,
  GrantSupportAccess,
  ListSupportGrants,
  RevokeSupportGrant,
];
const subjects = [PlanMemberSubject, CollectMemberSubject, EraseMemberSubject];
const accesses = [ListMemberAccesses, EndMemberAccess];
const reactions = [OnTenantRequested, OnTenantProvisioningFailed, OnTenantActivated, OnMemberAdded];
const emergencies = [
  BreakGlass,
  EndBreakGlass,
  AttestBreakGlass,
  ListTenantBreakGlass,
  ListBreakGlass,
  CloseBreakGlass,
  OnBreakGlassOpened,
  OnBreakGlassOverdue,
];
const schedules = [EveryHourSweep, EveryMinuteEscalateAttestations];

const accessTokens = {
  provide: AccessTokens,
  inject: [IdentitySettings],
  useFactory: async (settings: IdentitySettings) =>
    AccessTokens.fromPem(await readFile(settings.ACCESS_KEY_FILE, 'utf8')),
};

/** People, their sessions and what they may do: a table of contents. */
@Module({
  controllers: [...operations, ...subjects, ...accesses, ...emergencies, ...reactions, ...schedules],
  providers: [
    accessTokens,
    Sessions,
    SignInAttempts,
    Standings,
    Memberships,
    PasswordHasher,
    PasswordRules,
    TenantPasswordRules,
    Guessability,
    Invitations,
    AccessDesk,
    OwnerMail,
  ],
})
export class IdentityModule {}

export const identityService = defineService({
  name: 'identity',
  module: IdentityModule,
  migrations: new URL('../migrations/', import.meta.url),
  jobs: ['signin', 'directory', 'keyuse', 'sweep', 'breakglass'],
  subjectKeys: 'destroy',
  buckets: ['members', 'keys', 'revocations', 'grants'],
  watches: ['tenants', 'revocations', 'policies'],
  settings: IdentitySettings,
  refill,
  bootstrap,
});

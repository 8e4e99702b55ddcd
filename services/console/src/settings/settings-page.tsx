import { useEffect, type FormEvent, type ReactElement } from 'react';
import type { PrivacySettings } from '../api/contract.js';
import { may } from '../api/may.js';
import { useAct, useMe, useRead } from '../api/use-api.js';
import { useAnnounce } from '../ui/announce.js';
import { Field, valuesOf, type FieldSpec } from '../ui/fields.js';
import { Loading, PageHeading } from '../ui/page.js';
import { ProblemNote } from '../ui/problem-note.js';

/** The form that people fill in themselves: whether it is open, and how it looks. */
export function SettingsPage(): ReactElement {
  const { data: settings, error } = useRead('getPrivacySettings', {});
  const { tenant } = useMe();
  const address = `${location.origin}/privacy/${tenant?.slug ?? ''}`;
  return (
    <>
      <PageHeading title="Request form" />
      <ProblemNote error={error} about="The settings can not be shown" />
      {!settings && !error && <Loading what="the settings" />}
      {settings?.formEnabled && (
        <p>
          People make requests at <a href={address}>{address}</a>
        </p>
      )}
      {settings && <SettingsForm settings={settings} />}
    </>
  );
}

function SettingsForm({ settings }: { readonly settings: PrivacySettings }): ReactElement {
  const { tenant } = useMe();
  const act = useAct('replacePrivacySettings');
  const announce = useAnnounce();
  const fields = fieldsOf(settings);
  useEffect(() => {
    if (act.isSuccess) announce('The settings are saved');
  }, [act.isSuccess, announce]);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const { formEnabled, ...given } = valuesOf(event.currentTarget, fields);
    act.mutate({ ...given, formEnabled: formEnabled === true });
  };
  return (
    <form onSubmit={submit} className="settings">
      {fields.map((spec) => (
        <Field key={spec.name} spec={spec} />
      ))}
      <ProblemNote error={act.error} about="The settings are as they were" />
      {may(tenant?.role, 'replacePrivacySettings') ? (
        <button type="submit" className="main" disabled={act.isPending}>
          Save
        </button>
      ) : (
        <p>Owners, admins and compliance staff change these.</p>
      )}
    </form>
  );
}

function fieldsOf({
  formEnabled,
  calendar,
  accentColor,
  introduction,
  policyUrl,
}: PrivacySettings): readonly FieldSpec[] {
  return [
    { name: 'formEnabled', label: 'People can make requests by the form', kind: 'check', initial: String(formEnabled) },
    {
      ...{
        name: 'calendar',
        label: 'Public holidays of',
        kind: 'text',
        isOptional: true,
        initial: calendar ?? '',
        maxLength: 6,
      },
      hint: 'A country or a part of one, such as DE or DE-BE. Empty: only Saturdays and Sundays are days off.',
    },
    {
      ...{
        name: 'accentColor',
        label: 'Colour',
        kind: 'text',
        isOptional: true,
        initial: accentColor ?? '',
        maxLength: 7,
      },
      hint: 'Of buttons and links on the form, such as #1d4ed8. White text on it must be readable.',
    },
    {
      name: 'introduction',
      label: 'What the form says first',
      kind: 'long',
      isOptional: true,
      initial: introduction ?? '',
      maxLength: 2000,
    },
    {
      name: 'policyUrl',
      label: 'Address of your privacy policy',
      kind: 'text',
      isOptional: true,
      initial: policyUrl ?? '',
      maxLength: 500,
    },
  ];
}

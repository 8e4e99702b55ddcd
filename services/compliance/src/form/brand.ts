import type { PrivacySettings } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { Settings } from './settings.table.js';

/** How a tenant's form looks, and what it says above its fields. */
export interface Brand {
  readonly accentColor: string | null;
  readonly introduction: string | null;
  readonly policyUrl: string | null;
}

/** A form that says and looks nothing of its own. */
export const PLAIN: Brand = { accentColor: null, introduction: null, policyUrl: null };

const READABLE = 4.5;

/** @throws Fault `invalid-input` for a colour on which white text can not be read (WCAG 2.2, success criterion 1.4.3) */
export function assertReadable({ accentColor }: Brand): void {
  if (accentColor === null || contrastWithWhite(accentColor) >= READABLE) return;
  const detail = `White text on ${accentColor} can not be read by everybody: take a darker colour (contrast ${READABLE}:1 or more)`;
  throw new Fault('invalid-input', { field: 'accentColor', detail });
}

/** The contrast ratio of `#rrggbb` with white, 1 to 21, as WCAG 2.2 defines it. */
export function contrastWithWhite(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => linear(parseInt(color.slice(at, at + 2), 16) / 255));
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

/** The settings as the tenant's staff see them. */
export function printSettings({ isFormEnabled, calendar, ...settings }: Settings): PrivacySettings {
  const { accentColor, introduction, policyUrl } = settings;
  return { formEnabled: isFormEnabled, calendar, accentColor, introduction, policyUrl };
}

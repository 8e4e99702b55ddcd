import { faker } from '@faker-js/faker';

type CsvRecord = Record<string, string>;

const PATIENTS = 1171;
const ALLERGIES = 597;
const CONDITIONS = 8376;

function patient(): CsvRecord {
  return {
    Id: faker.string.uuid(),
    BIRTHDATE: faker.date.birthdate().toISOString().slice(0, 10),
    SSN: `999-${faker.string.numeric(2)}-${faker.string.numeric(4)}`,
    FIRST: faker.person.firstName(),
    LAST: faker.person.lastName(),
    GENDER: faker.helpers.arrayElement(['F', 'M']),
    ADDRESS: faker.location.streetAddress(),
    CITY: faker.location.city(),
    STATE: faker.location.state(),
    HEALTHCARE_EXPENSES: faker.finance.amount(),
  };
}

function happening(patients: readonly CsvRecord[], description: string): CsvRecord {
  return {
    START: faker.date.past({ years: 10 }).toISOString().slice(0, 10),
    PATIENT: faker.helpers.arrayElement(patients)['Id'] ?? '',
    ENCOUNTER: faker.string.uuid(),
    CODE: faker.string.numeric(8),
    DESCRIPTION: description,
  };
}

/** Made-up patients in Synthea's shape, the same on every run. */
export function fakeClinic(): Record<string, CsvRecord[]> {
  faker.seed(1171);
  const patients = Array.from({ length: PATIENTS }, patient);
  const many = (count: number, words: readonly string[]): CsvRecord[] =>
    Array.from({ length: count }, () => happening(patients, faker.helpers.arrayElement(words)));
  return {
    patients,
    allergies: many(ALLERGIES, ['Latex allergy', 'Shellfish allergy', 'Allergy to peanuts']),
    conditions: many(CONDITIONS, ['Viral sinusitis (disorder)', 'Chronic sinusitis (disorder)', 'Hypertension']),
  };
}

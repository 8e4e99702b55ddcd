import { is, type Words } from './word.js';

/** Of how long rows are kept. */
export const retentionWords: Words = {
  AddRetentionRuleRequest: {
    table: is('{{datedTable.table}}'),
    filter: is('note=eq.x', 'id=gt.5&note=not.is.null'),
    dateColumn: is('made_at'),
  },
  PreviewRetentionRuleRequest: { ruleId: is('{{retentionRule.id}}') },
  ActivateRetentionRuleRequest: { ruleId: is('{{retentionRule.id}}') },
  EndRetentionRuleRequest: { ruleId: is('{{retentionRule.id}}') },
  ListDataRetentionLogsRequest: { ruleId: is('{{retentionRule.id}}') },
  ExportRetentionArchiveRequest: { runId: is('{{retentionArchive.id}}') },
};

import { settings } from '@tenantry/service';

/** What the agents service is told by its environment: nothing of its own yet. */
export class AgentsSettings extends settings({}) {}

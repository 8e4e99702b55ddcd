-- What is held for tokens ends with a switch that stops their agents, too.
call platform.control_access('agents.agent_stop', 'agents_completions', 'select');

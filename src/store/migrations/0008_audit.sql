-- What one person did of one kind, in order: without it a manager's page reads all that the team ever did.
create index audit_actor_action on audit(actor_id, action, at, id);

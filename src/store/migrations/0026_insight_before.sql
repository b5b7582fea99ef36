-- What each night's renewals would have got from the model of the run before: what moved is told apart from what the model itself changed. rows: chances to
-- book in each of the run's periods, four floats a renewal, least byte first, in the order of insight_block's.
alter table insight_run add column before_id bigint references insight_run(id); -- NULL: there was none, or it was not kept
create table insight_before (run_id bigint not null references insight_run(id), first_id bigint not null, n int not null, rows bytea not null, primary key (run_id, first_id));
-- Boosted trees of a model that has them (UBJSON); its text has their SHA-256.
alter table insight_model add column trees bytea;

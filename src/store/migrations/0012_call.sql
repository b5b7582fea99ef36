-- The weekly call. A submission is never changed: an amendment is another revision of the same week. What it knew stays as it was then:
-- days of the period, currency, where the submitter stood; so that another calendar or currency later loses nothing.
create table forecast_submission (
  id bigint primary key, person_id bigint not null references person(id), seq bigint not null, -- the submitter's chain: 1, 2, 3 …
  by_id bigint references person(id), -- who sent it, NULL = the program's operator
  for_team_id bigint, for_team text not null, -- a manager's call for a team; NULL and '' = a rep's for their own book
  team_id bigint, region_id bigint, -- where the submitter stood; no references: a team that is gone keeps its calls
  period_id text not null, period_first int not null, period_last int not null, week_first int not null, week int not null,
  revision int not null, at bigint not null, due_at bigint, currency int not null, plan_day int not null,
  commit_amount bigint not null, best_case_amount bigint not null, pipeline_amount bigint not null, -- running sums, what is closed included
  frozen int not null, no_rate int not null, -- renewals behind it; those of them in a currency without a rate, which are in no sum
  sum_closed bigint not null, sum_commit bigint not null, sum_best_case bigint not null, sum_pipeline bigint not null, sum_omitted bigint not null,
  note text not null, prev_hash text not null, hash text not null);
create unique index forecast_submission_chain on forecast_submission(person_id, seq);
create unique index forecast_submission_week on forecast_submission(period_id, week_first, person_id, revision);
-- Every renewal behind a submission, packed (store/repo_call.h): some 8 bytes each. A row of a table would be ten times that.
create table forecast_submission_rows (submission_id bigint primary key references forecast_submission(id), rows bytea not null);
-- Of a manager's: each rep's call as it stood, and the manager's number beside it.
create table forecast_submission_part (
  submission_id bigint not null references forecast_submission(id), person_id bigint not null references person(id),
  called_id bigint references forecast_submission(id), called bigint, amount bigint, adjustment_id bigint,
  primary key (submission_id, person_id));
-- A manager's number beside a call. The newest of its place counts: base_id is the one it replaces, 0 the first, so that of two at once
-- one is refused. amount NULL = taken back.
create table forecast_adjustment (
  id bigint primary key, for_team_id bigint not null, period_id text not null, period_first int not null, period_last int not null,
  node_kind int not null, node_id bigint not null, base_id bigint not null, amount bigint, currency int not null, plan_day int not null,
  reason text not null, by_id bigint references person(id), at bigint not null);
create unique index forecast_adjustment_place on forecast_adjustment(period_id, for_team_id, node_kind, node_id, base_id);

-- What the model said on a day: one run a night, and by command. A run is shown once it is done (state 1); nothing of it changes afterwards.
-- as_of: the day whose knowledge it has. periods: ids of the periods it looked at, with blanks. Hashes are SHA-256 in hexadecimal: of the rows it
-- learned from and judged, of the model, of all results. knobs: how much comes back of what is due by sales model, and how much renewals swing
-- together, then bins of chances held back (up to, how many, renewed), as doubles, least byte first: what is worked out later needs them.
create table insight_run (
  id bigint primary key, as_of int not null, started_at bigint not null, finished_at bigint, by_id bigint references person(id), state int not null, -- 0 at work, 1 done, 2 cancelled
  method int not null, ground int not null, ripe bigint not null, lost bigint not null, renewals bigint not null, grace_days int not null, periods text not null,
  knobs bytea not null, data_hash text not null, model_hash text not null, result_hash text, step text not null, done bigint not null, total bigint not null);
create index insight_run_as_of on insight_run(state, as_of, id);
create table insight_model (run_id bigint primary key references insight_run(id), model text not null);
-- Chances of 2,048 renewals at a time, ascending by id from first_id on, 68 bytes each (store/repo_insight.c).
create table insight_block (run_id bigint not null references insight_run(id), first_id bigint not null, n int not null, rows bytea not null, primary key (run_id, first_id));
-- The band of a period for a node of the forecast: company (level 0), region, team, person. Amounts in minor units of the reporting currency, reach in
-- millionths. picked: the renewals that matter most, and those to be saved for 50 and 80 %.
create table insight_band (
  run_id bigint not null references insight_run(id), period_id text not null, place int not null, level int not null, parent int not null,
  region_id bigint, team_id bigint, person_id bigint, fixed bigint not null, renewals bigint not null, no_rate bigint not null, open_amount bigint not null,
  mean bigint not null, sd bigint not null, luck bigint not null, shared bigint not null,
  q05 bigint not null, q10 bigint not null, q25 bigint not null, q50 bigint not null, q75 bigint not null, q90 bigint not null, q95 bigint not null,
  target bigint, reach bigint, picked bytea not null, primary key (run_id, period_id, place));

-- What the model would have said in past quarters, week by week, against what came. A run is continued where it was interrupted while its numbers are the
-- same; finished_at 0 = not done. Figures are derived from the book and may be made again at any time.
create table backtest_run (
  id bigint primary key, started_at bigint not null, finished_at bigint not null, method int not null, first_day int not null, last_day int not null,
  quarters int not null, weeks int not null, currency int not null);
-- Amounts are minor units of the run's currency. NULL: nobody called, or the record of that time has no categories.
create table backtest_week (
  run_id bigint not null references backtest_run(id), as_of int not null, first_day int not null, last_day int not null, week int not null, ground int not null,
  ripe bigint not null, rebuilt bigint not null, open_rows bigint not null, booked bigint not null, mean bigint not null, sd bigint not null, q05 bigint not null,
  q10 bigint not null, q25 bigint not null, q50 bigint not null, q75 bigint not null, q90 bigint not null, q95 bigint not null, rate bigint not null,
  pace bigint not null, stages bigint, committed bigint, called bigint, managed bigint, actual bigint not null, lines bigint not null, came bigint not null,
  loss double precision not null, rate_loss double precision not null, score double precision not null, score_variance double precision not null,
  lines_expected bigint not null, lines_actual bigint not null, primary key (run_id, as_of));
create table backtest_category (
  run_id bigint not null references backtest_run(id), as_of int not null, category int not null, lines bigint not null, came bigint not null,
  chance double precision not null, primary key (run_id, as_of, category));

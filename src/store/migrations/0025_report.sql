-- Reports that were made, with their bytes; schedules that make and send them; what became of each sending.
-- One content for the same bytes, however often they were made.
create table report_content (sha256 text primary key, size bigint not null, bytes bytea not null);
-- When and to whom a report goes. weekday: 1 = Monday … 7, 0 = every day; minute of the day on the clocks of time_zone. person_id: whose rows are in it.
-- next_at: the next time it is due, also while it is paused.
create table report_schedule (
  id bigint primary key, name text not null, what text not null, span text not null, formats text not null, person_id bigint not null references person(id),
  language text not null, weekday int not null, minute int not null, time_zone text not null, to_folder int not null, active int not null, next_at bigint not null,
  made_by bigint references person(id), made_at bigint not null, changed_at bigint not null, version int not null, removed_at bigint);
create index report_schedule_next on report_schedule(next_at) where active = 1 and removed_at is null;
create table report_recipient (
  schedule_id bigint not null references report_schedule(id), n int not null, address text not null, language text not null, primary key (schedule_id, n));
-- Each time that a schedule was due: once. skipped: earlier times that went by while nothing ran, which are not made up for.
create table report_due (
  id bigint primary key, schedule_id bigint not null references report_schedule(id), due_at bigint not null, began_at bigint not null, skipped int not null,
  unique (schedule_id, due_at));
-- as_of NULL: as it stood when it was made. person_id NULL: everything, by the command line.
create table report_run (
  id bigint primary key, what text not null, period text not null, day int not null, as_of int, language text not null, title text not null, headline text not null,
  person_id bigint references person(id), made_by bigint references person(id), made_at bigint not null, due_id bigint references report_due(id));
create index report_run_person on report_run(person_id, id);
create unique index report_run_due on report_run(due_id, language) where due_id is not null;
create table report_file (
  run_id bigint not null references report_run(id), format text not null, name text not null, sha256 text not null references report_content(sha256),
  primary key (run_id, format));
-- To one address, or with address '' to the folder. The intent is written before the first byte is sent: a sending that was cut off is never sent again by
-- itself. state: store/repo_report.h.
create table report_delivery (
  id bigint primary key, due_id bigint not null references report_due(id), address text not null, language text not null, state int not null, tries int not null,
  next_at bigint not null, at bigint not null, run_id bigint references report_run(id), error text not null, unique (due_id, address));
create index report_delivery_open on report_delivery(state, next_at) where state in (0, 1);

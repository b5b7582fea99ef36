-- The day's work: what sleeps and until when, who covers for whom, changes of many renewals at once, what a person has set.
-- A renewal sleeps while until_date is after today and nobody has woken it (ended_at). Rows stay as its history.
create table snooze (
  id bigint primary key, renewal_id bigint not null references renewal(id), until_date int not null, reason text not null,
  by_id bigint references person(id), at bigint not null, ended_by bigint references person(id), ended_at bigint);
create index snooze_renewal on snooze(renewal_id);
create index snooze_until on snooze(until_date);
-- Somebody works another's renewals from first_date to last_date, both included: the whole book, or those of handover_renewal.
create table handover (
  id bigint primary key, from_id bigint not null references person(id), to_id bigint not null references person(id),
  first_date int not null, last_date int not null, reason text not null, whole_book int not null,
  made_by bigint references person(id), made_at bigint not null, ended_by bigint references person(id), ended_at bigint);
create index handover_from on handover(from_id);
create index handover_to on handover(to_id);
create table handover_renewal (
  handover_id bigint not null references handover(id), renewal_id bigint not null references renewal(id),
  primary key (handover_id, renewal_id));
create index handover_renewal_renewal on handover_renewal(renewal_id);
-- A change of several renewals in one act, and the version it wrote of each: what undo goes back from. undone: 1 = taken back.
create table change_batch (
  id bigint primary key, at bigint not null, by_id bigint references person(id), fields int not null, renewals int not null, why text not null,
  undone_at bigint, undone_by bigint references person(id));
create index change_batch_by on change_batch(by_id, id);
create table change_batch_row (
  batch_id bigint not null references change_batch(id), renewal_id bigint not null references renewal(id), version int not null,
  undone int not null default 0, primary key (batch_id, renewal_id));
create index change_batch_row_renewal on change_batch_row(renewal_id);
create table person_setting (
  person_id bigint not null references person(id), name text not null, value text not null, primary key (person_id, name));

-- What the program tells a person; field sales: who looks after an account and what they are asked for; calendars that are subscribed to.
-- ways: bit 0 = shown in the product, bit 1 = in the weekly digest. a, b, c: what the sentence of its kind is filled with.
create table notice (
  id bigint primary key, person_id bigint not null references person(id), kind int not null, entity text not null, entity_id bigint not null,
  a text not null, b text not null, c text not null, by_id bigint references person(id), at bigint not null, ways int not null, read_at bigint);
create index notice_person on notice(person_id, id);
create index notice_unread on notice(person_id, id) where read_at is null;
create index notice_when on notice(person_id, at);
-- A person of field sales who leads a team sees the accounts of everybody in it and below.
alter table person add column leads int not null default 0;
-- Who of field sales looks after an account; until is NULL for the one who does now.
create table sales_owner (
  id bigint primary key, account_id bigint not null references account(id), person_id bigint not null references person(id),
  since bigint not null, until bigint, set_by bigint references person(id), import_id bigint);
create unique index sales_owner_now on sales_owner(account_id) where until is null;
create index sales_owner_account on sales_owner(account_id, since);
create index sales_owner_person on sales_owner(person_id, account_id);
-- What a sales owner has been told of a renewal and is still so: once it no longer holds the row goes, and it is told anew.
create table sales_told (renewal_id bigint not null references renewal(id), kind int not null, at bigint not null, primary key (renewal_id, kind));
-- Somebody of the desk asks somebody of field sales to step in. state: app/sales_ask.h. Every act is a step.
create table sales_ask (
  id bigint primary key, renewal_id bigint not null references renewal(id), asked_by bigint not null references person(id), asked_at bigint not null,
  what text not null, due_date int not null, to_id bigint not null references person(id), state int not null, changed_at bigint not null);
create index sales_ask_renewal on sales_ask(renewal_id, id);
create index sales_ask_to on sales_ask(to_id, state, due_date);
create index sales_ask_by on sales_ask(asked_by, state, due_date);
create index sales_ask_open on sales_ask(due_date, id) where state in (1, 2);
create table sales_ask_step (
  ask_id bigint not null references sales_ask(id), n int not null, at bigint not null, by_id bigint references person(id), act int not null,
  to_id bigint not null references person(id), reason text not null, primary key (ask_id, n));
-- Addresses that a calendar subscribes to; only the hash of the secret part is kept.
create table calendar_feed (
  id bigint primary key, person_id bigint not null references person(id), secret_hash text not null unique, name text not null,
  created_at bigint not null, last_used_at bigint, revoked_at bigint);
create index calendar_feed_person on calendar_feed(person_id);

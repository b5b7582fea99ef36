-- 1:1 reviews of a rep and whoever leads them, and promises. open_through is the last second in which a row was open, 9223372036854775807 while it is:
-- one index answers for now and for any day of the past.
create table review_series (
  id bigint primary key, rep_id bigint not null references person(id), manager_id bigint not null references person(id), every_days int not null,
  made_at bigint not null, unique (rep_id, manager_id));
create table review (
  id bigint primary key, series_id bigint not null references review_series(id), rep_id bigint not null references person(id),
  manager_id bigint not null references person(id), day int not null, made_at bigint not null, made_by bigint references person(id),
  open_through bigint not null, closed_by bigint references person(id));
create unique index review_day on review(rep_id, day);
create index review_open on review(open_through, rep_id);
create index review_manager on review(manager_id, open_through);
create index review_of_series on review(series_id);
-- A promise: somebody does something about a renewal by a day. rep_id: in whose 1:1 it comes back. state: app/promise.h.
create table promise (
  id bigint primary key, renewal_id bigint not null references renewal(id), person_id bigint not null references person(id),
  rep_id bigint not null references person(id), review_id bigint references review(id), body text not null, due_date int not null,
  made_at bigint not null, made_by bigint references person(id), state int not null, open_through bigint not null,
  settled_by bigint references person(id), reason text not null);
create index promise_rep on promise(rep_id, open_through);
create index promise_person on promise(person_id, open_through);
create index promise_renewal on promise(renewal_id, open_through);
create index promise_open on promise(open_through, rep_id);
create index promise_review on promise(review_id) where review_id is not null;
-- What was written in a review. A private line is its author's alone. removed_at NULL = there; promise_id: what it was turned into.
create table review_note (
  id bigint primary key, review_id bigint not null references review(id), at bigint not null, by_id bigint not null references person(id),
  private int not null, body text not null, promise_id bigint references promise(id), removed_at bigint);
create index review_note_review on review_note(review_id, at);
create index review_note_promise on review_note(promise_id) where promise_id is not null;

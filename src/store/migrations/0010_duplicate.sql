-- Accounts that somebody looked at and found to be two: they are not suggested as one again. a_id is the lower of the two.
create table account_apart (
  a_id bigint not null references account(id), b_id bigint not null references account(id), marked_at bigint not null, marked_by bigint references person(id),
  primary key (a_id, b_id));

-- When somebody joined, left or is away: what their targets are pro-rated by. Rows are never changed; one that was wrong ends.
create table presence (
  id bigint primary key, person_id bigint not null references person(id), kind int not null, -- 1 joined, 2 left, 3 away
  first_date int not null, last_date int, note text, set_by bigint references person(id), set_at bigint not null,
  ended_by bigint references person(id), ended_at bigint);
create index presence_person on presence(person_id);
create index target_period on target(period_id);

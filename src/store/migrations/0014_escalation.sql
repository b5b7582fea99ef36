-- Escalations: a thing that is stuck, and every step on its way out. A step holds the whole state behind it, so that any past day reads like today.
-- entity: 1 renewal, 2 account, 3 contract. closed_at of an open one is the last instant there is. Numbers of states, acts, departments and causes:
-- app/escalation.h.
create table escalation (
  id bigint primary key, entity int not null, renewal_id bigint references renewal(id), contract_id bigint references contract(id),
  account_id bigint not null references account(id), reason text not null, blocked text not null, opened_at bigint not null,
  opened_by bigint references person(id), closed_at bigint not null, steps int not null);
create index escalation_closed on escalation(closed_at);
create index escalation_account on escalation(account_id);
create index escalation_contract on escalation(contract_id) where contract_id is not null;
create index escalation_renewal on escalation(renewal_id) where renewal_id is not null;
create table escalation_step (
  escalation_id bigint not null references escalation(id), n int not null, at bigint not null, by_id bigint references person(id), act int not null,
  state int not null, level int not null, department int not null, owner_id bigint not null references person(id), due_at bigint not null,
  promise text not null, promise_at bigint not null, waiting_on text not null, broken int not null, cause int not null, work_seconds bigint not null,
  note text not null, primary key (escalation_id, n));
-- Public holidays by country (ISO 3166, two letters): clocks of people there stand still.
create table holiday (country text not null, day int not null, name text not null, primary key (country, day));

-- Who carries what: languages that people speak, and plans of what would move. A plan changes nothing by itself; batch_id is the
-- change of renewals that carried it out, which can be taken back (0002).
create table person_language (person_id bigint not null references person(id), language text not null, primary key (person_id, language));
create table capacity_plan (
  id bigint primary key, name text not null, made_by bigint not null references person(id), made_at bigint not null, changed_at bigint not null,
  batch_id bigint references change_batch(id), applied_by bigint references person(id), applied_at bigint);
-- What goes where: the first rule that fits an open renewal decides. account_id: of a customer or a partner; it has no foreign key, so that an
-- account can be merged away or its import taken back: the rule then fits nothing. from_id NULL: whoever has it.
create table capacity_rule (
  plan_id bigint not null references capacity_plan(id), place int not null, kind text not null, value text not null, account_id bigint,
  from_id bigint references person(id), to_id bigint not null references person(id), primary key (plan_id, place));

-- What goes along when a book changes hands for good: the contract, so that next year's renewal comes to the new owner, and the open promises on the
-- renewal. Both belong to the change of renewals (0002) that made them and are taken back with it.
-- confirmed_by: the import whose file names the new owner, too; until then a file that still names an old one has nothing new to say. contract_id
-- has no foreign key, so that an import can be taken back.
create table contract_move (
  batch_id bigint not null references change_batch(id), contract_id bigint not null, from_id bigint, to_id bigint not null references person(id),
  at bigint not null, undone_at bigint, confirmed_by bigint, primary key (batch_id, contract_id));
create index contract_move_contract on contract_move(contract_id);
-- The promise that was passed on to this one, and by which change.
alter table promise add column passed_from bigint references promise(id);
alter table promise add column batch_id bigint references change_batch(id);
create index promise_batch on promise(batch_id) where batch_id is not null;

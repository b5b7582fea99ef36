-- What is imported about accounts and contracts besides the contracts: tickets, usage, health, surveys. Of an account (contract_id NULL) or of one contract
-- (account_id NULL); no foreign keys, so that either can be taken back. at: its day. number: × 10^9, NULL for a text. known_at: the instant from which it
-- was known: of a file that says on which day it was true, not before that day.
create table signal (
  id bigint primary key, account_id bigint, contract_id bigint, at int not null, name text not null, number bigint, text text, known_at bigint not null,
  import_id bigint not null);
create index signal_account on signal(account_id, at, name);
create index signal_contract on signal(contract_id, at, name);
create index signal_import on signal(import_id);

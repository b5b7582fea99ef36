-- People at accounts, and merges of accounts that are one.
create table contact (
  id bigint primary key, account_id bigint not null references account(id), name text not null, role text, email text, phone text, language text,
  notice_opt_out int not null default 0, version int not null default 1, changed_at bigint not null, changed_by bigint references person(id));
create index contact_account on contact(account_id);
create index contract_reseller on contract(reseller_account_id) where reseller_account_id is not null;
create index contract_distributor on contract(distributor_account_id) where distributor_account_id is not null;
create index account_parent on account(parent_id) where parent_id is not null;
-- A merge moves what pointed at merged_id to survivor_id and writes down every reference it moved, so that it can be undone.
create table account_merge (
  id bigint primary key, survivor_id bigint not null references account(id), merged_id bigint not null references account(id), reason text not null,
  survivor_kind int not null, merged_parent_id bigint references account(id), survivor_parent_id bigint references account(id),
  merged_at bigint not null, merged_by bigint references person(id), undone_at bigint, undone_by bigint references person(id));
create index account_merge_survivor on account_merge(survivor_id);
create index account_merge_merged on account_merge(merged_id);
create table account_merge_row (
  merge_id bigint not null references account_merge(id), entity text not null, entity_id bigint not null, field text not null,
  version int not null default 0, primary key (merge_id, entity, entity_id, field));
-- Where a merged name leads now: pages, search and imports follow it.
create table account_merged (
  merged_id bigint primary key references account(id), survivor_id bigint not null references account(id), merge_id bigint not null references account_merge(id));
create index account_merged_survivor on account_merged(survivor_id);

-- Imports in the browser, and imports that can be taken back.
-- A file that was uploaded, and how far it has come. Its id becomes that of the import_run when it is applied.
create table import_staged (
  id bigint primary key, person_id bigint not null references person(id), file_sha256 text not null, file_name text not null, file_size bigint not null,
  kind text not null, source text not null, as_of int, state int not null, mapping text not null, mends text not null,
  result text not null, error text not null, created_at bigint not null, changed_at bigint not null);
create index import_staged_sha on import_staged(file_sha256);
create index import_staged_state on import_staged(state);
-- One row per import that can be taken back: its place in the order of imports, the day up to which facts were judged before and after,
-- and the ids that its contracts and lines begin at and end before.
create table import_undo (
  import_id bigint primary key references import_run(id), place bigint not null, through_before int, through_after int,
  contract_from bigint not null, contract_to bigint, line_from bigint not null, line_to bigint,
  undone_at bigint, undone_by bigint references person(id));
-- What by_import overwrote, as it was. What an import added carries its import_id, or stands in import_made.
create table import_made (by_import bigint not null, entity text not null, entity_id bigint not null, primary key (by_import, entity, entity_id));
create table contract_line_was (
  by_import bigint not null, id bigint not null, line_number text not null, product_id bigint, serial_number text, quantity bigint not null,
  start_date int not null, currency int not null, list_amount bigint, net_amount bigint not null, annual_value bigint not null, booked_date int,
  renewed_from text, stated_outcome int, renewed_on int, renewed_amount bigint, status text, import_id bigint, primary key (by_import, id));
create table contract_was (
  by_import bigint not null, id bigint not null, end_user_account_id bigint not null, reseller_account_id bigint, distributor_account_id bigint,
  owner_id bigint, region_id bigint, sales_model int not null, currency int not null, import_id bigint, primary key (by_import, id));
create table account_was (
  by_import bigint not null, id bigint not null, kind int not null, country text, language text, currency int, parent_id bigint, region_id bigint,
  external_id text, primary key (by_import, id));
create table product_was (
  by_import bigint not null, id bigint not null, name text, family text, product_line text, service_level text, eol_date int, eos_date int,
  replacement_sku text, primary key (by_import, id));
create table fx_rate_was (
  by_import bigint not null, currency int not null, rate_date int not null, rate bigint, source text, known_at bigint,
  primary key (by_import, currency, rate_date));
create table line_outcome_was (
  by_import bigint not null, line_id bigint not null, outcome int not null, evidence int not null, booked_date int, booked_assumed int not null,
  won_annual bigint not null, known_at bigint not null, known_derived int not null, renewal_id bigint, primary key (by_import, line_id));
create table line_link_was (
  by_import bigint not null, line_id bigint not null, successor_line_id bigint not null, quantity bigint not null, evidence int not null,
  known_at bigint not null, decided_by bigint, reason text, primary key (by_import, line_id, successor_line_id));
-- The contracts that an import being taken back touched; empty outside of that transaction.
create table import_touched (contract_id bigint primary key);
create index data_finding_import on data_finding(import_id);

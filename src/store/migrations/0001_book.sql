-- The book: parties, contracts, lines, links, renewals with versions, rates, targets, people, audit.
-- Dates are int days since 1970-01-01, instants bigint seconds UTC, money bigint minor units,
-- currencies int codes (base/money.h), enums the numbers of domain/terms.h, flags 0/1, rates × 10^9.
-- Types are spelled so that both databases take them; SQLite tables become STRICT (driver dialect).
create table org_config (key text primary key, value text not null);
create table region (id bigint primary key, name text not null unique);
create table team (id bigint primary key, name text not null unique, parent_id bigint references team(id), region_id bigint references region(id));
create table person (
  id bigint primary key, email text unique, name text not null, name_key text not null,
  role int not null, team_id bigint references team(id), language text not null default 'en', locale text not null default 'en-US',
  time_zone text not null default 'UTC', active int not null default 1,
  password_hash text, password_changed_at bigint, created_at bigint not null);
create index person_name_key on person(name_key);
create table account (
  id bigint primary key, name text not null, name_key text not null, kind int not null default 0, -- bit 0 customer, 1 reseller, 2 distributor
  country text, language text, currency int, parent_id bigint references account(id), region_id bigint references region(id), external_id text,
  known_at bigint not null, import_id bigint);
create unique index account_name_key on account(name_key);
create table product (
  id bigint primary key, sku text not null, sku_key text not null, name text, family text, product_line text, service_level text,
  eol_date int, eos_date int, replacement_sku text, known_at bigint not null, import_id bigint);
create unique index product_sku_key on product(sku_key);
create table contract (
  id bigint primary key, number text not null, number_key text not null,
  end_user_account_id bigint not null references account(id), bill_to_account_id bigint references account(id),
  reseller_account_id bigint references account(id), distributor_account_id bigint references account(id),
  sales_model int not null default 0, currency int not null, owner_id bigint references person(id), region_id bigint references region(id),
  auto_renew int not null default 0, renewal_pricing_method text, uplift_bp int, notice_days int,
  state int not null default 1, cancelled_on int, known_at bigint not null, import_id bigint);
create unique index contract_number_key on contract(number_key);
create index contract_end_user on contract(end_user_account_id);
-- One term of one covered item. A later term of the same item is another row.
create table contract_line (
  id bigint primary key, contract_id bigint not null references contract(id), line_number text not null, line_key bigint not null,
  product_id bigint references product(id), serial_number text, quantity bigint not null default 1,
  start_date int not null, end_date int not null, currency int not null, list_amount bigint, net_amount bigint not null, annual_value bigint not null,
  booked_date int, renewed_from text, stated_outcome int, renewed_on int, renewed_amount bigint, status text,
  excluded_reason text, known_at bigint not null, known_derived int not null default 0, import_id bigint);
create index contract_line_contract on contract_line(contract_id);
-- Which line(s) renewed a line, with the evidence. line_outcome is derived from it and can be rebuilt.
create table line_link (
  line_id bigint not null references contract_line(id), successor_line_id bigint not null references contract_line(id),
  quantity bigint not null, evidence int not null, known_at bigint not null, decided_by bigint references person(id), reason text,
  primary key (line_id, successor_line_id));
create index line_link_successor on line_link(successor_line_id);
create table line_outcome (
  line_id bigint primary key references contract_line(id), outcome int not null, evidence int not null,
  booked_date int, booked_assumed int not null default 0, won_annual bigint not null default 0,
  known_at bigint not null, known_derived int not null default 0, renewal_id bigint);
create table renewal (
  id bigint primary key, contract_id bigint not null references contract(id), due_date int not null, owner_id bigint references person(id),
  stage int not null, category int not null, category_override int not null default 0, at_risk int not null default 0,
  close_date int, currency int not null, atr_amount bigint not null, forecast_amount bigint not null, won_amount bigint not null default 0,
  outcome int not null default 0, booked_date int, next_step text, next_step_date int, po_number text, lost_reason text,
  version int not null, changed_at bigint not null, changed_by bigint, why text, import_id bigint);
create unique index renewal_contract_due on renewal(contract_id, due_date);
create table renewal_version (
  renewal_id bigint not null references renewal(id), version int not null, changed_at bigint not null, changed_by bigint, why text,
  owner_id bigint, stage int not null, category int not null, category_override int not null, at_risk int not null,
  close_date int, currency int not null, atr_amount bigint not null, forecast_amount bigint not null, won_amount bigint not null,
  outcome int not null, booked_date int, next_step text, next_step_date int, po_number text, lost_reason text,
  primary key (renewal_id, version));
create table touch (
  id bigint primary key, renewal_id bigint not null references renewal(id), at bigint not null, by_id bigint references person(id),
  channel text not null, party text not null, language text, note text not null);
create index touch_renewal on touch(renewal_id);
create table fx_rate (currency int not null, rate_date int not null, rate bigint not null, source text not null, known_at bigint not null, primary key (currency, rate_date));
create table target (
  id bigint primary key, scope text not null, scope_name text not null, period_id text not null, kind text not null, measure text not null,
  amount bigint not null, currency int, version int not null, reason text, set_by bigint references person(id), set_at bigint not null);
create unique index target_what on target(scope, scope_name, period_id, kind, measure, version);
create table import_run (
  id bigint primary key, kind text not null, source text not null, file_name text not null, file_sha256 text not null, as_of int not null,
  mapping text not null, counts text not null, started_at bigint not null, finished_at bigint, actor_id bigint references person(id));
create index import_run_sha on import_run(file_sha256);
create table import_mapping (source text primary key, mapping text not null, saved_at bigint not null, saved_by bigint references person(id));
create table data_finding (
  id bigint primary key, rule text not null, entity text not null, entity_id bigint not null, field text not null, detail text not null,
  department text not null, status text not null, known_at bigint not null, import_id bigint);
create index data_finding_entity on data_finding(entity, entity_id);
create table session (
  id_hash text primary key, person_id bigint not null references person(id), csrf text not null, created_at bigint not null, last_seen bigint not null, expires_at bigint not null,
  address text not null, agent text not null);
create index session_person on session(person_id);
create table api_token (
  id bigint primary key, token_hash text not null unique, person_id bigint not null references person(id), name text not null, scopes text not null,
  created_at bigint not null, expires_at bigint not null, last_used_at bigint);
create table sign_in_throttle (key text primary key, failures int not null, last_failure bigint not null, blocked_until bigint not null);
create table audit (
  id bigint primary key, at bigint not null, actor_id bigint, action text not null, entity text not null, entity_id bigint not null,
  detail text not null, prev_hash text not null, hash text not null);
create index audit_entity on audit(entity, entity_id);
create table change_log (seq bigint primary key, entity text not null, entity_id bigint not null);
create table id_counter (table_name text primary key, next_id bigint not null);

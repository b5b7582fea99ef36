-- Access: second factor, links that set a password, steps of sign-in, single sign-on, territories, reading the audit.
-- When the person last gave the password in this session; 0 = at sign-in only.
alter table session add column fresh_at bigint not null default 0;
-- The secret of the authenticator, sealed with the key that is kept outside the database. Unconfirmed until a first code was right.
create table totp (
  person_id bigint primary key references person(id), secret_sealed text not null, created_at bigint not null, confirmed_at bigint,
  last_step bigint not null default 0); -- of the newest code that was taken: a code counts once
create table recovery_code (
  person_id bigint not null references person(id), code_hash text not null, created_at bigint not null, used_at bigint,
  primary key (person_id, code_hash));
create table reset_link (
  token_hash text primary key, person_id bigint not null references person(id), made_by bigint references person(id),
  created_at bigint not null, expires_at bigint not null);
create index reset_link_person on reset_link(person_id);
-- Between the password and the code: no session yet.
create table sign_in_step (
  token_hash text primary key, person_id bigint not null references person(id), way text not null,
  created_at bigint not null, expires_at bigint not null);
create index sign_in_step_person on sign_in_step(person_id);
-- Sign-ins that came back from the provider: none comes back twice.
create table oidc_state (state_hash text primary key, used_at bigint not null);
create table oidc_subject (
  issuer text not null, subject text not null, person_id bigint not null references person(id), created_at bigint not null, last_used_at bigint not null,
  primary key (issuer, subject));
create index oidc_subject_person on oidc_subject(person_id);
-- Secrets of the organization, sealed: never in org_config, which is shown and audited in clear.
create table sealed_secret (name text primary key, sealed text not null, set_at bigint not null);
-- Rules that place renewals with reps: the first that fits, by rank. A NULL fits everything.
create table territory (
  id bigint primary key, name text not null unique, position int not null, country text, region_id bigint references region(id), sales_model int,
  partner_id bigint references account(id), owner_id bigint not null references person(id), changed_at bigint not null);
-- The last walk over the whole audit chain.
create table audit_check (
  id bigint primary key, at bigint not null, actor_id bigint, entries bigint not null, problem text);
create index audit_at on audit(at, id);
create index audit_actor on audit(actor_id, at, id);
create index audit_action on audit(action, at, id);

-- Requests to depart from policy. Who may approve what, and the policies' words and rates, are dated rows: the newest that has begun
-- counts, and where there is none the program's own (domain/authority.h). Rows are only added.
create table authority_rule (
  id bigint primary key, kind int not null, role int not null, valid_from int not null, may int not null, max_size bigint, max_cost bigint,
  why text not null, set_by bigint references person(id), set_at bigint not null);
create index authority_rule_what on authority_rule(kind, role, valid_from);
create table exception_policy (
  id bigint primary key, kind int not null, valid_from int not null, rate_bp bigint not null, body text not null,
  set_by bigint references person(id), set_at bigint not null);
create index exception_policy_kind on exception_policy(kind, valid_from);
-- One request: what never changes, and how it stands now. size: basis points or days, by its kind. cost_reporting, fx_rate: NULL when there was
-- no rate. policy_id NULL = the program's own words. Facts of the customer are those of the day it was asked.
create table exception_case (
  id bigint primary key, renewal_id bigint not null references renewal(id), kind int not null, asked_by bigint not null references person(id),
  asked_at bigint not null, annual_amount bigint not null, currency int not null, fx_rate bigint, reporting int not null, rate_bp bigint not null,
  policy_id bigint references exception_policy(id), reason text not null, evidence text not null, expires int not null, recapture_date int,
  country text not null, partner_id bigint references account(id), segment int not null,
  version int not null, state int not null, approver_id bigint references person(id), decided_at bigint);
create index exception_case_renewal on exception_case(renewal_id, id);
create index exception_case_asked on exception_case(asked_at, id);
create index exception_case_by on exception_case(asked_by, state);
create index exception_case_approver on exception_case(approver_id, state);
create index exception_case_kind on exception_case(kind, decided_at);
create index exception_case_decided on exception_case(decided_at, id);
-- Every act, and how the request stood after it. act, state: domain/authority.h.
create table exception_step (
  exception_id bigint not null references exception_case(id), n int not null, at bigint not null, by_id bigint references person(id),
  for_id bigint references person(id), act int not null, state int not null, body text not null, size bigint not null, cost bigint not null,
  cost_reporting bigint, approver_id bigint references person(id), valid_until int, primary key (exception_id, n));
create table exception_document (
  exception_id bigint not null references exception_case(id), document_id bigint not null references document(id), primary key (exception_id, document_id));
-- Somebody decides for somebody who is away, from first_date to last_date, both included.
create table exception_delegate (
  id bigint primary key, from_id bigint not null references person(id), to_id bigint not null references person(id), first_date int not null,
  last_date int not null, reason text not null, made_by bigint references person(id), made_at bigint not null, ended_by bigint references person(id),
  ended_at bigint);
create index exception_delegate_from on exception_delegate(from_id, last_date);
create index exception_delegate_to on exception_delegate(to_id, last_date);

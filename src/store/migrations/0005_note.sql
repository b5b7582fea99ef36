-- What people write and keep beside a renewal: notes and who is mentioned in them, documents, text that was not saved, and when
-- somebody looked last.
create table note (
  id bigint primary key, renewal_id bigint not null references renewal(id), at bigint not null, by_id bigint not null references person(id), body text not null);
create index note_renewal on note(renewal_id, at);
-- seen_at: when the mentioned person said so; NULL = it waits for them.
create table mention (
  note_id bigint not null references note(id), person_id bigint not null references person(id), seen_at bigint, primary key (note_id, person_id));
create index mention_person on mention(person_id, seen_at);
-- A document's bytes stand apart, so that listing does not read them; removed = bytes gone, the row stays.
create table document (
  id bigint primary key, renewal_id bigint not null references renewal(id), at bigint not null, by_id bigint not null references person(id),
  file_name text not null, kind text not null, size bigint not null, sha256 text not null,
  removed_at bigint, removed_by bigint references person(id));
create index document_renewal on document(renewal_id, at);
create table document_content (document_id bigint primary key references document(id), bytes bytea not null);
-- A form that was sent after the session had ended: its address and its fields, for the same person to confirm.
create table draft (
  id bigint primary key, person_id bigint not null references person(id), at bigint not null, path text not null, fields text not null);
create index draft_person on draft(person_id, at);
-- A visit is a run of requests without a long pause; what changed is told since the end of the one before.
create table visit (person_id bigint primary key references person(id), seen_at bigint not null, before_at bigint);
create index data_finding_open on data_finding(status, rule, department);

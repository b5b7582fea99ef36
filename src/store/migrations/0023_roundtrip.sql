-- Edits that come back in a workbook. The key that signs what leaves: one row, made when the first workbook is written.
create table roundtrip_key (id bigint primary key, secret text not null);
-- A workbook that was sent in and read, until it is applied or two weeks are over. origin: what it says of where it came from, signed; lines: the
-- rows that differ from the book, as they were read (app/roundtrip_pack.c).
create table roundtrip (
  id bigint primary key, person_id bigint references person(id), at bigint not null, file_name text not null, origin text not null,
  seen bigint not null, lines bytea not null, applied_at bigint, batch_id bigint references change_batch(id));
create index roundtrip_at on roundtrip(at);
create index roundtrip_batch on roundtrip(batch_id);
-- Notes that were written together with a change of many renewals; they go when it is taken back.
create table batch_note (
  batch_id bigint not null references change_batch(id), note_id bigint not null references note(id), primary key (batch_id, note_id));
create index batch_note_note on batch_note(note_id);

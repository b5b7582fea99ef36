-- Saved views of the renewals grid: a name for an address. sharing: 0 = the owner's own, 1 = the team sees and may change it, 2 = the team sees it.
-- team_id: whose it is when shared; null = everybody's. query is the grid's address behind the question mark.
create table saved_view (
  id bigint primary key, owner_id bigint not null references person(id), team_id bigint references team(id), name text not null, query text not null,
  sharing int not null, version int not null, created_at bigint not null, changed_at bigint not null, changed_by bigint not null references person(id));
create index saved_view_owner on saved_view(owner_id);
-- The view that a person's grid begins with.
create table view_default (person_id bigint primary key references person(id), view_id bigint not null references saved_view(id));
create index view_default_view on view_default(view_id);

-- The accounts somebody of field sales looks after now are read with every page of theirs: from an index alone.
create index sales_owner_person_now on sales_owner(person_id, account_id) where until is null;

#include "store/repo_texts.h"

#include "store/driver.h"

int renewal_texts_each(struct store *s, int64_t seq, renewal_text_fn *fn, void *arg, struct err *e) {
  struct stmt *q STMT_CLEANUP = NULL;
  int rc = seq < 0 ? db_query(store_db(s), "select id, next_step, po_number, lost_reason from renewal where next_step is not null or po_number is not null"
                                           " or lost_reason is not null order by id /* scan */", BINDS(), &q, e)
                   : db_query(store_db(s), "select distinct r.id, r.next_step, r.po_number, r.lost_reason from change_log c join renewal r on r.id = c.entity_id"
                                           " where c.seq > $1 and c.entity = 'renewal' /* scan */", BINDS(B_I64(seq)), &q, e);
  while (rc >= 0 && (rc = stmt_next(q, e)) > 0)
    rc = fn(arg, &(struct renewal_text_row){stmt_i64(q, 0), stmt_str(q, 1), stmt_str(q, 2), stmt_str(q, 3)}, e);
  return rc < 0 ? rc : OK;
}

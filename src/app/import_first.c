/* What the history needs of a first import, from the file's rows instead of from the store. */
#include "app/import_first.h"
#include "base/alloc.h"

static bool mapped(const struct import_work *x, enum import_field f)
{
  return x->j->plan->column[f] >= 0 || x->j->plan->constant[f];
}

static int fill_contracts(struct import_work *x, bool named, struct strbuf *text, struct history_rows *rows)
{
  rows->contracts = mem_alloc((size_t)(x->counts.contracts_added + 1) * sizeof *rows->contracts);
  if (!rows->contracts)
    return ERR_NOMEM;
  for (size_t i = 0; i < x->l->n_contracts; i++) {
    if (!x->contract_used[i])
      continue;
    struct new_contract c = import_contract_of(x, i);
    struct history_contract *h = &rows->contracts[rows->n_contracts++];
    *h = (struct history_contract){.id = x->contract_id[i], .end_user_id = c.end_user, .owner_id = c.owner, .currency = c.currency,
                                   .state = CONTRACT_ACTIVE, .cancelled_on = DAY_NONE};
    if (!named)
      continue; /* the number serves to find what renewed_from names */
    strbuf_clear(text);
    contract_key(text, x->l, &x->l->contract[i], x->r.suffixed[i]);
    h->number = history_text(strbuf_str(text));
  }
  return OK;
}

static int fill_lines(struct import_work *x, bool named, struct strbuf *text, struct history_rows *rows)
{
  rows->lines = mem_alloc((size_t)(x->counts.added + 1) * sizeof *rows->lines);
  if (!rows->lines)
    return ERR_NOMEM;
  for (size_t i = 0; i < x->l->n; i++) {
    const struct match *m = &x->match[x->order[i]];
    if (m->action != MATCH_NEW)
      continue;
    struct new_line n = import_line_of(x, &x->l->line[x->order[i]], m);
    struct history_line *h = &rows->lines[rows->n_lines];
    *h = (struct history_line){.id = x->first_line + (int64_t)rows->n_lines, .contract_id = n.contract_id, .product_id = n.product_id, .quantity = n.quantity,
                               .annual_value = n.annual, .renewed_amount = n.has_renewed_amount ? n.renewed_amount : AMOUNT_NONE, .known_at = n.known_at,
                               .line_key = n.line_key, .start = n.start, .end = n.end, .booked = n.booked, .renewed_on = n.renewed_on, .currency = n.currency,
                               .stated = (int8_t)n.outcome, .known_derived = n.derived, .outcome = {.booked = DAY_NONE}};
    history_line_texts(h, text, named ? n.line_number : STR_NONE, n.serial, n.renewed_from);
    rows->n_lines++;
  }
  return OK;
}

int import_first_rows(struct import_work *x, struct history_rows *ret, struct err *e)
{
  struct strbuf text STRBUF_CLEANUP = STRBUF_INIT(1 << 16);
  struct history_rows rows = {0};
  bool named = mapped(x, FIELD_RENEWED_FROM);
  int rc = history_products_load(x->s, &rows, e);
  if (rc == OK && (fill_contracts(x, named, &text, &rows) < 0 || fill_lines(x, named, &text, &rows) < 0 || text.failed))
    rc = import_no_memory(e);
  if (rc < 0)
    history_rows_free(&rows);
  else
    *ret = rows;
  return rc;
}

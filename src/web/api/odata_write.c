/* Rows of the feed as JSON and CSV. Decimals are written digit by digit from their whole numbers, never through floating point. */
#include "web/api/odata.h"

#include "base/decimal.h"
#include "store/repo_renewal.h"
#include "web/csv.h"
#include "web/server.h"
#include <unistd.h>

enum { FLUSH_AT = 1 << 16, MEMORY_MOST = 1 << 20 };

int odata_begin(struct odata_sink *k, struct request *r, struct response *w) {
  *k = (struct odata_sink){r, w, &w->body, -1};
  return OK;
}

int odata_flush(struct odata_sink *k, bool end) {
  if (k->text->failed)
    return err_set(&k->r->err, ERR_NOMEM, "Out of memory: ask for fewer rows");
  if (k->fd < 0 && k->text->n <= MEMORY_MOST)
    return OK;
  if (!end && k->text->n < FLUSH_AT)
    return OK;
  if (k->fd < 0) {
    int rc = response_temp_file(k->r, &k->fd);
    if (rc < 0)
      return rc;
    k->w->file = k->fd; /* closed with the response, whatever comes */
  }
  struct str s = strbuf_str(k->text);
  while (s.n) {
    ssize_t n = write(k->fd, s.p, s.n);
    if (n <= 0)
      return err_set(&k->r->err, ERR_IO, "feed: the temporary file can't be written: the disk may be full");
    s = str_sub(s, (size_t)n, s.n);
  }
  strbuf_clear(k->text);
  return OK;
}

struct str odata_root(struct request *r) {
  struct str base = r->web->public_url;
  return base.n ? arena_fmt(r->arena, "%.*s/odata/v1/", STR_FMT(base)) : arena_fmt(r->arena, "http://%.*s/odata/v1/", STR_FMT(r->host));
}

static struct feed_value stored_value(const struct feed_column *c, const struct renewal *full) {
  struct str s = str_eq(str_of(c->name), STR("next_step")) ? full->next_step : str_eq(str_of(c->name), STR("po_number")) ? full->po_number : full->lost_reason;
  return (struct feed_value){.type = FEED_TEXT, .null = !s.n, .text = s};
}

static void add_plain(struct strbuf *b, const struct feed_value *v) {
  char iso[DAY_ISO_SIZE], digits[DECIMAL_SIZE];
  if (v->type == FEED_DAY)
    strbuf_addz(b, day_iso((day_t)v->number, iso));
  else if (v->type == FEED_FLAG)
    strbuf_addz(b, v->number ? "true" : "false");
  else
    strbuf_addz(b, decimal_text(v->number, v->exponent, digits));
}

static void add_json(struct strbuf *b, const struct odata_ask *x, const struct feed_value *v) {
  bool quoted = v->type == FEED_DAY || (x->ieee && v->type != FEED_FLAG);
  if (v->null)
    strbuf_addz(b, "null");
  else if (v->type == FEED_TEXT)
    html_json_str(b, v->text);
  else {
    strbuf_addz(b, quoted ? "\"" : "");
    add_plain(b, v);
    strbuf_addz(b, quoted ? "\"" : "");
  }
}

void odata_head_csv(struct odata_sink *k, const struct odata_ask *x) {
  for (size_t i = 0; i < x->n_columns; i++) {
    strbuf_addz(k->text, i ? "," : "");
    strbuf_addz(k->text, feed_tables[x->feed.set].columns[x->columns[i]].name);
  }
  strbuf_addz(k->text, "\r\n");
}

int odata_row(struct odata_sink *k, const struct odata_ask *x, uint32_t row, struct arena *scratch) {
  const struct feed_table *t = &feed_tables[x->feed.set];
  struct request *r = k->r;
  struct strbuf *b = k->text;
  struct renewal full;
  char made[FEED_TEXT_SIZE];
  if (x->stored) {
    arena_reset(scratch);
    uint32_t id = x->feed.book->renewals.id[row];
    int rc = r->as_of == DAY_NONE ? renewal_get(r->store, scratch, id, &full, &r->err) : renewal_get_as_of(r->store, scratch, id, r->until, &full, &r->err);
    if (rc < 0)
      return rc;
  }
  for (size_t i = 0; i < x->n_columns; i++) {
    const struct feed_column *c = &t->columns[x->columns[i]];
    struct feed_value v = c->stored ? stored_value(c, &full) : feed_value(&x->feed, x->columns[i], row, made);
    strbuf_addz(b, i ? "," : "");
    if (!x->csv) {
      strbuf_addc(b, '"');
      strbuf_addz(b, c->name);
      strbuf_addz(b, "\":");
      add_json(b, x, &v);
    } else if (v.type == FEED_TEXT && !v.null)
      csv_cell(b, v.text);
    else if (!v.null)
      add_plain(b, &v);
  }
  return OK;
}

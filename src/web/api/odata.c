#include "web/api/odata.h"

#include "web/dispatch.h"
#include "web/shell.h"

static const char JSON_TYPE[] = "application/json;odata.metadata=minimal", JSON_BARE[] = "application/json;odata.metadata=none";

static int answer_type(struct request *r, struct response *w, const struct odata_ask *x) {
  const char *base = x && x->bare ? JSON_BARE : JSON_TYPE;
  w->content_type = x && x->ieee ? arena_fmt(r->arena, "%s;IEEE754Compatible=true", base) : str_of(base);
  response_header(w, "OData-Version", STR("4.0"));
  return w->content_type.p ? OK : ERR_NOMEM;
}

/* A code as the status that OData gives it; the sentences of the feed are its own. */
static int refuse(struct request *r, struct response *w, int rc) {
  int status = rc == ERR_USAGE ? 501 : rc == ERR_CONFLICT ? 410 : rc == ERR_LIMIT ? 400 : 0;
  if (!status)
    return rc;
  w->n_headers = 0;
  return error_page(r, w, status, str_of(r->err.text));
}

/* 1: answered. */
static int too_many(struct request *r, struct response *w) {
  int wait = 0;
  if (!odata_too_many(r->who.id, r->now, &wait))
    return OK;
  response_header(w, "Retry-After", arena_fmt(r->arena, "%d", wait));
  int rc = error_page(r, w, 429, STR("More questions in this minute than the feed answers: ask for larger pages, or wait"));
  return rc < 0 ? rc : 1;
}

int odata_service(struct request *r, struct response *w) {
  struct strbuf *b = &w->body;
  struct str root = odata_root(r);
  strbuf_addz(b, "{\"@odata.context\":");
  html_json_str(b, arena_fmt(r->arena, "%.*s$metadata", STR_FMT(root)));
  strbuf_addz(b, ",\"value\":[");
  for (int i = 0; i < FEED_SET_COUNT; i++)
    strbuf_fmt(b, "%s{\"name\":\"%s\",\"kind\":\"EntitySet\",\"url\":\"%s\"}", i ? "," : "", feed_tables[i].name, feed_tables[i].name);
  strbuf_addz(b, "]}\n");
  return answer_type(r, w, NULL);
}

static void close_ask(struct odata_ask *x) { desk_close(&x->desk); }

/* "Renewals", "Renewals.csv", "Renewals(4711)": the set, and the key if there is one. */
static int open_set(struct request *r, struct str part, struct odata_ask *x, struct str *ret_key) {
  size_t open = str_find(part, '(', 0);
  struct str name = part, key = STR_NONE;
  if (open != SIZE_MAX) {
    if (part.p[part.n - 1] != ')' || part.n - open < 3)
      return err_set(&r->err, ERR_SYNTAX, "The key is not understood: write it like Renewals(4711)");
    key = str_sub(part, open + 1, part.n - open - 2);
    name = str_sub(part, 0, open);
  } else if (str_ends(part, STR(".csv"))) {
    name = str_sub(part, 0, part.n - 4);
    x->csv = true;
  }
  int set = feed_set_of(name);
  if (set < 0)
    return err_set(&r->err, ERR_NOTFOUND, "There is no set of that name");
  int rc = desk_open(r, STR_NONE, &x->desk);
  if (rc < 0)
    return rc;
  x->feed = (struct feed){.book = x->desk.book, .set = (enum feed_set)set, .reps = x->desk.reps, .extra = x->desk.extra, .n_extra = x->desk.n_extra,
                          .plan_day = x->desk.running.first, .today = r->today, .calendar = &x->desk.org.calendar, .past = r->as_of != DAY_NONE};
  rc = feed_open(&x->feed, r->arena);
  if (rc < 0)
    return err_set(&r->err, rc, "Out of memory");
  *ret_key = key;
  return OK;
}

static void add_context(struct strbuf *b, struct request *r, const struct odata_ask *x, bool one) {
  struct str root = odata_root(r);
  const struct feed_table *t = &feed_tables[x->feed.set];
  strbuf_fmt(b, "\"@odata.context\":\"%.*s$metadata#%s", STR_FMT(root), t->name);
  for (size_t i = 0; x->selected && i < x->n_columns; i++)
    strbuf_fmt(b, "%s%s", i ? "," : "(", t->columns[x->columns[i]].name);
  strbuf_addz(b, x->selected ? ")" : "");
  strbuf_addz(b, one ? "/$entity\"" : "\"");
}

static void add_name(struct strbuf *b, struct str name) {
  if (name.n && name.p[0] == '$') {
    strbuf_addc(b, '$');
    name = str_sub(name, 1, name.n);
  }
  html_part_str(b, name);
}

/* The same question, from behind the last row of this page. */
static int add_next(struct strbuf *b, struct request *r, const struct odata_ask *x, const struct feed_page *page) {
  char made[FEED_TEXT_SIZE];
  STRBUF_CLEANUP struct strbuf to = STRBUF_INIT(4 * WEB_MAX_URL);
  struct str root = odata_root(r);
  strbuf_add(&to, root);
  strbuf_fmt(&to, "%s?", feed_tables[x->feed.set].name);
  for (size_t i = 0; i < r->query.n; i++) {
    const struct pair *p = &r->query.p[i];
    if (str_eq(p->name, STR("$skip")) || str_eq(p->name, STR("$skiptoken")) || str_eq(p->name, STR("$top")))
      continue;
    add_name(&to, p->name);
    strbuf_addc(&to, '=');
    html_part_str(&to, p->value);
    strbuf_addc(&to, '&');
  }
  if (x->top != UINT32_MAX)
    strbuf_fmt(&to, "$top=%u&", x->top - (uint32_t)page->n);
  struct feed_value key = feed_value(&x->feed, 0, page->rows[page->n - 1], made);
  char iso[DAY_ISO_SIZE];
  struct str text = key.type == FEED_NUMBER ? arena_fmt(r->arena, "%" PRId64, key.number)
                    : key.type == FEED_DAY  ? str_of(day_iso((day_t)key.number, iso))
                                            : arena_fmt(r->arena, "'%.*s'", STR_FMT(key.text));
  strbuf_addz(&to, "$skiptoken=");
  html_part_str(&to, text);
  strbuf_addz(b, ",\"@odata.nextLink\":");
  html_json_str(b, strbuf_str(&to));
  return to.failed;
}

struct rows_job {
  struct odata_sink *sink;
  const struct odata_ask *x;
  const struct feed_page *page;
  struct arena *scratch;
};

/* In one transaction, so that texts of the store are all of one moment; before the first byte is sent, so that it may run again. */
static int rows_tx(struct store *s, void *arg, struct err *e) {
  struct rows_job *j = arg;
  int rc = OK;
  (void)s, (void)e;
  for (size_t i = 0; i < j->page->n && rc == OK; i++) {
    if (!j->x->csv)
      strbuf_addz(j->sink->text, i ? ",\n{" : "{");
    rc = odata_row(j->sink, j->x, j->page->rows[i], j->scratch);
    strbuf_addz(j->sink->text, j->x->csv ? "\r\n" : "}");
    if (rc == OK)
      rc = odata_flush(j->sink, false);
  }
  return rc;
}

static int write_rows(struct rows_job *j) { return rows_tx(j->sink->r->store, j, &j->sink->r->err); }

static int send_csv(struct request *r, struct response *w, const struct odata_ask *x, struct rows_job *j) {
  char iso[DAY_ISO_SIZE];
  odata_head_csv(j->sink, x);
  int rc = write_rows(j);
  if (rc == OK)
    rc = odata_flush(j->sink, true);
  response_header(w, "OData-Version", STR("4.0"));
  return rc < 0 ? rc : response_download(r, w, STR("text/csv; charset=utf-8"), arena_fmt(r->arena, "%s-%s.csv", feed_tables[x->feed.set].name, day_iso(r->today, iso)));
}

static int send_page(struct request *r, struct response *w, struct odata_ask *x) {
  struct feed_page page = {0};
  struct odata_sink sink;
  ARENA_CLEANUP struct arena *scratch = arena_child(r->arena);
  int rc = scratch ? OK : err_set(&r->err, ERR_NOMEM, "Out of memory");
  if (rc == OK && (x->query.limit || x->count))
    rc = feed_run(&x->feed, &x->query, r->arena, &page, &r->err);
  if (rc == OK)
    rc = odata_begin(&sink, r, w);
  if (rc < 0)
    return rc;
  struct rows_job job = {&sink, x, &page, scratch};
  if (x->csv)
    return send_csv(r, w, x, &job);
  strbuf_addc(&w->body, '{');
  if (!x->bare)
    add_context(&w->body, r, x, false);
  if (x->count)
    strbuf_fmt(&w->body, "%s\"@odata.count\":%s%" PRId64 "%s", x->bare ? "" : ",", x->ieee ? "\"" : "", page.count, x->ieee ? "\"" : "");
  strbuf_addz(&w->body, x->bare && !x->count ? "\"value\":[" : ",\"value\":[");
  rc = write_rows(&job);
  if (rc < 0)
    return rc;
  strbuf_addz(&w->body, "]");
  if (page.more && page.n && (x->top == UINT32_MAX || x->top > page.n) && add_next(&w->body, r, x, &page))
    return err_set(&r->err, ERR_NOMEM, "Out of memory");
  strbuf_addz(&w->body, "}\n");
  if (r->header(r, "Prefer").n)
    response_header(w, "Preference-Applied", arena_fmt(r->arena, "odata.maxpagesize=%u", x->query.limit));
  rc = odata_flush(&sink, true);
  return rc < 0 ? rc : answer_type(r, w, x);
}

static int send_one(struct request *r, struct response *w, struct odata_ask *x, struct str key) {
  struct odata_sink sink;
  ARENA_CLEANUP struct arena *scratch = arena_child(r->arena);
  uint32_t row = feed_row_of_key(&x->feed, key);
  if (row == UINT32_MAX || !feed_sees(&x->feed, row))
    return err_set(&r->err, ERR_NOTFOUND, "There is nothing of that key");
  int rc = scratch ? odata_begin(&sink, r, w) : err_set(&r->err, ERR_NOMEM, "Out of memory");
  if (rc < 0)
    return rc;
  strbuf_addc(&w->body, '{');
  if (!x->bare) {
    add_context(&w->body, r, x, true);
    strbuf_addc(&w->body, ',');
  }
  rc = odata_row(&sink, x, row, scratch);
  strbuf_addz(&w->body, "}\n");
  return rc < 0 ? rc : answer_type(r, w, x);
}

int odata_set(struct request *r, struct response *w) {
  struct odata_ask x __attribute__((cleanup(close_ask))) = {0};
  struct str key = STR_NONE;
  int rc = too_many(r, w);
  if (rc != OK)
    return rc < 0 ? rc : OK;
  rc = open_set(r, r->params[0], &x, &key);
  if (rc == OK)
    rc = odata_read(r, &x);
  if (rc == OK && key.n && x.csv)
    rc = err_set(&r->err, ERR_SYNTAX, "One row comes as JSON only");
  if (rc == OK)
    rc = key.n ? send_one(r, w, &x, key) : send_page(r, w, &x);
  return rc < 0 ? refuse(r, w, rc) : OK;
}

int odata_count(struct request *r, struct response *w) {
  struct odata_ask x __attribute__((cleanup(close_ask))) = {0};
  struct feed_page page = {0};
  struct str key = STR_NONE;
  int rc = too_many(r, w);
  if (rc != OK)
    return rc < 0 ? rc : OK;
  rc = open_set(r, r->params[0], &x, &key);
  if (rc == OK && (key.n || x.csv))
    rc = err_set(&r->err, ERR_SYNTAX, "$count stands behind the name of a set");
  if (rc == OK)
    rc = odata_read(r, &x);
  x.query.counts = true;
  x.query.n_orders = 0;
  x.query.limit = 1;
  if (rc == OK)
    rc = feed_run(&x.feed, &x.query, r->arena, &page, &r->err);
  if (rc < 0)
    return refuse(r, w, rc);
  strbuf_i64(&w->body, page.count);
  w->content_type = STR("text/plain;charset=utf-8");
  response_header(w, "OData-Version", STR("4.0"));
  return OK;
}

static const char *edm_type(const struct feed_column *c) {
  switch (c->type) {
  case FEED_TEXT: return "Type=\"Edm.String\"";
  case FEED_NUMBER: return "Type=\"Edm.Int64\"";
  case FEED_MONEY: return "Type=\"Edm.Decimal\" Precision=\"23\" Scale=\"4\"";
  case FEED_RATE: return "Type=\"Edm.Decimal\" Precision=\"19\" Scale=\"9\"";
  case FEED_DAY: return "Type=\"Edm.Date\"";
  default: return "Type=\"Edm.Boolean\"";
  }
}

static void add_entity(struct strbuf *b, const struct feed_table *t) {
  strbuf_fmt(b, "<EntityType Name=\"%s\"><Key><PropertyRef Name=\"%s\"/></Key>\n", t->entity, t->columns[0].name);
  for (int c = 0; c < t->n; c++) {
    strbuf_fmt(b, "<Property Name=\"%s\" %s%s><Annotation Term=\"Core.Description\" String=\"", t->columns[c].name, edm_type(&t->columns[c]),
               c ? "" : " Nullable=\"false\"");
    html_text_z(b, t->columns[c].about);
    strbuf_addz(b, "\"/></Property>\n");
  }
  strbuf_addz(b, "</EntityType>\n");
}

static void add_set(struct strbuf *b, const struct feed_table *t) {
  bool any = false;
  strbuf_fmt(b, "<EntitySet Name=\"%s\" EntityType=\"Perennial.%s\"><Annotation Term=\"Core.Description\" String=\"%s\"/>", t->name, t->entity, t->about);
  for (int c = 0; c < t->n; c++)
    any |= t->columns[c].stored;
  static const char *const limits[][2] = {{"Filter", "NonFilterable"}, {"Sort", "NonSortable"}};
  for (int k = 0; any && k < 2; k++) {
    strbuf_fmt(b, "<Annotation Term=\"Capabilities.%sRestrictions\"><Record><PropertyValue Property=\"%sProperties\"><Collection>", limits[k][0], limits[k][1]);
    for (int c = 0; c < t->n; c++)
      if (t->columns[c].stored)
        strbuf_fmt(b, "<PropertyPath>%s</PropertyPath>", t->columns[c].name);
    strbuf_addz(b, "</Collection></PropertyValue></Record></Annotation>");
  }
  strbuf_addz(b, "</EntitySet>\n");
}

int odata_metadata(struct request *r, struct response *w) {
  static const char *const vocabularies[][2] = {{"Core", "Org.OData.Core.V1"}, {"Capabilities", "Org.OData.Capabilities.V1"}};
  struct strbuf *b = &w->body;
  (void)r;
  strbuf_addz(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\">\n");
  for (int i = 0; i < 2; i++)
    strbuf_fmt(b, "<edmx:Reference Uri=\"https://oasis-tcs.github.io/odata-vocabularies/vocabularies/%s.xml\">"
                  "<edmx:Include Namespace=\"%s\" Alias=\"%s\"/></edmx:Reference>\n",
               vocabularies[i][1], vocabularies[i][1], vocabularies[i][0]);
  strbuf_addz(b, "<edmx:DataServices><Schema Namespace=\"Perennial\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">\n");
  for (int i = 0; i < FEED_SET_COUNT; i++)
    add_entity(b, &feed_tables[i]);
  strbuf_addz(b, "<EntityContainer Name=\"Desk\">\n");
  for (int i = 0; i < FEED_SET_COUNT; i++)
    add_set(b, &feed_tables[i]);
  strbuf_addz(b, "</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>\n");
  w->content_type = STR("application/xml;charset=utf-8");
  response_header(w, "OData-Version", STR("4.0"));
  return OK;
}

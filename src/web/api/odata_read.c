/* The options of a question to the feed. Those that are not known are refused, never passed over: a filter that is not applied is a wrong number. */
#include "web/api/odata.h"

#include <pthread.h>

enum { PAGE_USUAL = 5000, SLOTS = 512 };

static struct str option(const struct request *r, const char *name) { return str_trim(pairs_get(&r->query, name)); }

static int known_options(struct request *r) {
  static const char *const known[] = {"$select", "$filter", "$orderby", "$top", "$skip", "$count", "$format", "$skiptoken"};
  static const char *const later[] = {"$expand", "$search", "$apply", "$compute", "$levels", "$deltatoken", "$index", "$schemaversion"};
  for (size_t i = 0; i < r->query.n; i++) {
    struct str name = r->query.p[i].name;
    bool good = !name.n || name.p[0] != '$';
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
      good |= str_eq(name, str_of(known[k]));
      if (str_eq(name, str_of(known[k] + 1)))
        return err_set(&r->err, ERR_SYNTAX, "%.*s: write it with a dollar sign: %s", STR_FMT(name), known[k]);
    }
    for (size_t k = 0; k < sizeof later / sizeof later[0]; k++)
      if (str_eq(name, str_of(later[k])))
        return err_set(&r->err, ERR_USAGE, "%s is not offered: ask for the tables one by one and join them in the tool", later[k]);
    if (!good)
      return err_set(&r->err, ERR_SYNTAX, "%.*s: no such option", STR_FMT(str_sub(name, 0, 60)));
    for (size_t k = 0; k < i; k++)
      if (name.n && name.p[0] == '$' && str_eq(name, r->query.p[k].name))
        return err_set(&r->err, ERR_SYNTAX, "%.*s stands twice: say it once", STR_FMT(name));
  }
  return OK;
}

static int read_select(struct request *r, struct odata_ask *x) {
  const struct feed_table *t = &feed_tables[x->feed.set];
  struct str list = option(r, "$select"), name;
  bool there[ODATA_COLUMNS] = {false};
  x->selected = pairs_has(&r->query, "$select") && !str_eq(list, STR("*"));
  while (x->selected && str_cut(list, ',', &name, &list)) {
    int c = feed_column_of(x->feed.set, str_trim(name));
    if (c < 0)
      return err_set(&r->err, ERR_SYNTAX, "$select: %s has no property \"%.*s\"", t->name, STR_FMT(str_sub(str_trim(name), 0, 60)));
    there[c] = true;
  }
  for (int c = 0; c < t->n; c++)
    if (!x->selected || there[c]) {
      x->columns[x->n_columns++] = c;
      x->stored |= t->columns[c].stored;
    }
  return x->n_columns ? OK : err_set(&r->err, ERR_SYNTAX, "$select: no property is named");
}

static int read_order(struct request *r, struct odata_ask *x) {
  const struct feed_table *t = &feed_tables[x->feed.set];
  struct str list = option(r, "$orderby"), part, name, way;
  while (str_cut(list, ',', &part, &list)) {
    str_cut(str_trim(part), ' ', &name, &way);
    way = str_trim(way);
    int c = feed_column_of(x->feed.set, name);
    if (c < 0)
      return err_set(&r->err, ERR_SYNTAX, "$orderby: %s has no property \"%.*s\"", t->name, STR_FMT(str_sub(name, 0, 60)));
    if (t->columns[c].stored)
      return err_set(&r->err, ERR_SYNTAX, "$orderby: %s is shown but cannot be ordered by", t->columns[c].name);
    if (way.n && !str_eq(way, STR("asc")) && !str_eq(way, STR("desc")))
      return err_set(&r->err, ERR_SYNTAX, "$orderby: write asc or desc behind %s", t->columns[c].name);
    if (x->query.n_orders == FEED_ORDERS_MOST)
      return err_set(&r->err, ERR_SYNTAX, "$orderby: at most %d properties", FEED_ORDERS_MOST);
    x->query.orders[x->query.n_orders++] = (struct feed_order){c, str_eq(way, STR("desc"))};
  }
  return OK;
}

static int read_whole(struct request *r, const char *name, uint32_t *ret) {
  int64_t n;
  struct str s = option(r, name);
  if (!pairs_has(&r->query, name))
    return OK;
  if (str_to_i64(s, &n) < 0 || n < 0 || n > INT32_MAX)
    return err_set(&r->err, ERR_SYNTAX, "%s: a whole number from 0", name);
  *ret = (uint32_t)n;
  return OK;
}

/* Prefer: odata.maxpagesize=1000; what is not a number is passed over, as preferences are. */
static uint32_t page_size(struct request *r) {
  struct str rest = r->header(r, "Prefer"), part, name, value;
  int64_t n;
  while (str_cut(rest, ',', &part, &rest)) {
    str_cut(str_trim(part), '=', &name, &value);
    if ((str_eq_nocase(name, STR("odata.maxpagesize")) || str_eq_nocase(name, STR("maxpagesize"))) && str_to_i64(value, &n) == OK && n > 0)
      return n < WEB_MAX_FEED_PAGE ? (uint32_t)n : WEB_MAX_FEED_PAGE;
  }
  return PAGE_USUAL;
}

static bool asks_for(struct str s, struct str what) {
  for (size_t i = 0; i + what.n <= s.n; i++)
    if (str_eq_nocase(str_sub(s, i, what.n), what))
      return true;
  return false;
}

static int read_format(struct request *r, struct odata_ask *x) {
  struct str format = option(r, "$format"), accept = format.n ? format : r->header(r, "Accept");
  x->ieee = asks_for(accept, STR("IEEE754Compatible=true"));
  x->bare = asks_for(accept, STR("odata.metadata=none"));
  x->csv |= str_eq(format, STR("csv")) || str_eq(format, STR("text/csv"));
  if (!format.n || x->csv || str_eq(format, STR("json")) || str_starts(format, STR("application/json")))
    return OK;
  return err_set(&r->err, ERR_SYNTAX, "$format: json or csv");
}

static int read_token(struct request *r, struct odata_ask *x) {
  struct str token = option(r, "$skiptoken");
  if (!pairs_has(&r->query, "$skiptoken"))
    return OK;
  x->query.after = feed_row_of_key(&x->feed, token);
  /* Of a row that is not seen, the order of what comes behind it would tell its value. */
  if (x->query.after == UINT32_MAX || !feed_sees(&x->feed, x->query.after))
    return err_set(&r->err, ERR_CONFLICT, "The list has changed since its last page: begin with its first");
  return OK;
}

int odata_read(struct request *r, struct odata_ask *x) {
  struct str count = option(r, "$count");
  int rc = known_options(r);
  if (rc == OK)
    rc = read_format(r, x);
  if (rc == OK)
    rc = read_select(r, x);
  if (rc == OK)
    rc = read_order(r, x);
  if (rc == OK && count.n && !str_eq(count, STR("true")) && !str_eq(count, STR("false")))
    rc = err_set(&r->err, ERR_SYNTAX, "$count: true or false");
  x->count = x->query.counts = str_eq(count, STR("true"));
  x->query.after = x->top = UINT32_MAX;
  if (rc == OK)
    rc = read_whole(r, "$skip", &x->query.skip);
  if (rc == OK)
    rc = read_whole(r, "$top", &x->top);
  if (rc == OK && option(r, "$filter").n)
    rc = feed_filter_read(&x->feed, option(r, "$filter"), r->arena, &x->query.filter, &r->err);
  if (rc == OK)
    rc = read_token(r, x);
  uint32_t most = x->csv ? UINT32_MAX : page_size(r);
  x->query.limit = x->top < most ? x->top : most;
  return rc;
}

/* A window of a minute for each person who asks. */
static pthread_mutex_t rate_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
  int64_t person, minute;
  int n;
} rates[SLOTS];

bool odata_too_many(int64_t person, int64_t now, int *ret_wait) {
  size_t slot = (size_t)((uint64_t)person % SLOTS);
  int64_t minute = now / 60;
  pthread_mutex_lock(&rate_lock);
  if (rates[slot].person != person || rates[slot].minute != minute) {
    rates[slot].person = person;
    rates[slot].minute = minute;
    rates[slot].n = 0;
  }
  bool over = ++rates[slot].n > WEB_MAX_FEED_MINUTE;
  pthread_mutex_unlock(&rate_lock);
  *ret_wait = (int)(60 - now % 60);
  return over;
}

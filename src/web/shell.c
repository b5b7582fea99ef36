#include "web/shell.h"
#include "app/notify.h"
#include "app/view.h"
#include "store/repo_exception.h"
#include "store/repo_escalation.h"
#include "store/repo_work.h"
#include "web/as_of.h"
#include "web/asset.h"
#include "web/dispatch.h"
#include "web/locale.h"
#include "web/pages/grid_views.h"
#include "web/parts.h"
#include "web/views.h"
#include <assert.h>

const struct nav_entry web_nav[] = {
    {"/", MSG("Command center"), "layout-dashboard", false, true, "h"},
    {"/work", MSG("Worklist"), "list-check", false, true, "w"},
    {"/renewals", MSG("Renewals"), "table", false, true, "r"},
    {"/forecast", MSG("Forecast"), "chart-histogram", false, true, "f"},
    {"/insight", MSG("Insight"), "telescope", false, false, "i"},
    {"/reviews", MSG("1:1 reviews"), "users", false, false, "o"},
    {"/approvals", MSG("Approvals"), "gavel", false, false, "a"},
    {"/targets", MSG("Targets"), "target", false, false, NULL},
    {"/escalations", MSG("Escalations"), "flame", false, false, "e"},
    {"/kpi", MSG("KPIs"), "report", false, false, "k"},
    {"/reports", MSG("Reports"), "receipt", false, false, NULL},
    {"/sales", MSG("Field sales"), "users", false, false, NULL},
    {"/capacity", MSG("Capacity"), "scale", true, false, NULL},
    {"/imports", MSG("Imports"), "file-import", true, false, NULL},
    {"/settings", MSG("Settings"), "settings", true, true, NULL},
    {NULL, NULL, NULL, false, false, NULL},
};
enum { NAV_MOST = sizeof web_nav / sizeof web_nav[0] };

struct view_cx view_cx_of(const struct request *r) { return (struct view_cx){r->who.csrf, r->nonce, r->target, r->reader}; }

bool shell_may_get(const struct request *r, const char *path) {
  const struct route *row = NULL;
  struct str params[WEB_MAX_PARAMS];
  const char *allow;
  return route_find(r->web->routes, HTTP_GET, str_of(path), &row, params, &allow) == ROUTE_FOUND && (row->may & (1u << r->who.role));
}

static struct str initials(struct request *r, struct str name) {
  struct str word, rest = str_trim(name), first = STR_NONE, last = STR_NONE;
  while (str_cut(rest, ' ', &word, &rest)) {
    if (!word.n) continue;
    size_t n = 1;
    while (n < word.n && ((unsigned char)word.p[n] & 0xC0) == 0x80) n++;
    last = str_sub(word, 0, n);
    if (!first.n) first = last;
  }
  return first.p == last.p ? first : arena_fmt(r->arena, "%.*s%.*s", STR_FMT(first), STR_FMT(last));
}

/* The browser keeps how its pages look: nothing of it is the person's on another machine. */
struct str shell_look(const struct request *r, const char *name) {
  static const char *const known[][2] = {{"theme", "dark"}, {"theme", "light"}, {"density", "tight"}, {"density", "roomy"}};
  struct str is = cookie_get(r, str_of(name));
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (!strcmp(known[i][0], name) && str_eq(is, str_of(known[i][1]))) return str_of(known[i][1]);
  return STR_NONE;
}

/* Of the html element: "pt-BR" when the locale is one of the language, else the language: "en" with Brazilian dates. */
struct str shell_lang(const struct request *r) {
  struct str language = words_language(r->reader->words), locale = str_of(r->reader->locale ? r->reader->locale->name : "en-US");
  return str_starts(locale, language) ? locale : language;
}

static bool keys_off(struct request *r) {
  struct str value = STR_NONE;
  return r->who.id && person_setting_get(r->store, r->arena, r->who.id, "single_keys", &value, NULL) == OK && str_eq(value, STR("off"));
}

/* A sheet that there is not is a mistake of the page's code, which its first call shows. */
static const char *sheet_address(const char *name) {
  const struct asset *a = asset_of_name(name ? str_of(name) : STR("app.css"));
  assert(a);
  return a ? a->address : NULL;
}

static void fill_bell(struct request *r, struct shell_view *v) {
  int64_t n = 0;
  v->has_bell = shell_may_get(r, "/notices") && notice_unread(r->store, r->who.id, NOTIFY_UNREAD_MOST, &n, NULL) == OK;
  v->unread = n >= NOTIFY_UNREAD_MOST ? STR("99+") /* as much as is counted */ : n ? format_count(r->reader, n) : STR_NONE;
  v->bell = n ? tr_fmt(r, "Notices, {0} unread", v->unread) : tr(r, "Notices");
}

static void fill_views(struct request *r, struct shell_view *v, struct nav_view *rows) {
  struct saved_view *all = NULL;
  size_t n = 0;
  int64_t open = 0;
  if (!shell_may_get(r, "/renewals/views") || view_list(r->store, r->arena, &r->scope, &all, &n, NULL) != OK) return;
  if (!str_eq(r->path, STR("/renewals")) || str_to_i64(pairs_get(&r->query, "view"), &open) < 0) open = 0;
  v->views = rows;
  v->n_views = n < SHELL_VIEWS ? n : SHELL_VIEWS;
  int64_t counts[SHELL_VIEWS];
  bool now = r->as_of == DAY_NONE && r->books;
  if (now) grid_views_count(r, all, v->n_views, counts);
  for (size_t i = 0; i < v->n_views; i++)
    rows[i] = (struct nav_view){all[i].name, !now || counts[i] < 0 ? STR_NONE : format_count(r->reader, counts[i]), all[i].id, all[i].id == open};
}

/* A place's name where a phone has room for ten letters. */
static const char *tab_label(const struct nav_entry *n) {
  static const char *const SHORT[][2] = {{"/", MSG("Home")}, {"/work", MSG("tab|Worklist")}, {"/renewals", MSG("tab|Renewals")}, {"/settings", MSG("tab|Settings")}};
  for (size_t i = 0; i < sizeof SHORT / sizeof *SHORT; i++)
    if (!strcmp(SHORT[i][0], n->path)) return SHORT[i][1];
  return n->label;
}

/* What waits behind an entry of the rail: one look into small indexes. */
static struct str nav_count(struct request *r, const char *path) {
  int64_t n = 0;
  int rc = !strcmp(path, "/approvals") ? exception_waiting(r->store, r->who.id, r->today, &n, NULL)
           : !strcmp(path, "/escalations") ? escalation_owned(r->store, r->who.id, &n, NULL) : OK;
  if (rc < 0)
    return STR_NONE;
  return n ? format_count(r->reader, n) : STR_NONE;
}

void shell_begin(struct request *r, struct response *w, const struct page *p) {
  if (r->fragment) return;
  struct nav_item main[NAV_MOST], more[NAV_MOST], tabs[NAV_MOST];
  struct nav_view views[SHELL_VIEWS];
  struct shell_view v = {.title = p->title, .crumb = p->crumb, .crumb_href = p->crumb_href, .lang = shell_lang(r), .theme = shell_look(r, "theme"),
                         .density = shell_look(r, "density"), .me_id = r->who.id, .me_name = r->who.name,
                         .me_initials = initials(r, r->who.name), .me_role = str_of(parts_role(r->reader, (int)r->who.role)), .main = main, .more = more, .tabs = tabs,
                         .main_class = p->main_class, .sheet = sheet_address(p->sheet), .bar = p->bar, .keys_off = keys_off(r),
                         .day_left = r->web->today == DAY_NONE && r->as_of == DAY_NONE ? SECONDS_PER_DAY - r->now % SECONDS_PER_DAY : 0};
  struct err quiet = r->err;
  if (!w->status && as_of_menu(r, &v.as_of) < 0) r->err = quiet; /* an error page has no past; any other stands without the menu */
  v.past = v.as_of && v.as_of->past;
  fill_bell(r, &v);
  fill_views(r, &v, views);
  for (const struct nav_entry *n = web_nav; n->path; n++) {
    if (!shell_may_get(r, n->path) || ((r->who.role == ROLE_REP || r->who.role == ROLE_SALES) && !strcmp(n->path, "/")))
      continue; /* their home is the worklist, or field sales */
    struct nav_item item = {n->path, tr(r, n->label).p, n->icon, n->key, p->nav && !strcmp(p->nav, n->path), nav_count(r, n->path)};
    if (n->more) more[v.n_more++] = item;
    else main[v.n_main++] = item;
    if (n->tab) {
      item.label = tr(r, tab_label(n)).p;
      tabs[v.n_tabs++] = item;
    }
  }
  struct view_cx cx = view_cx_of(r);
  view_shell_begin(&w->body, &cx, &v);
}

void door_begin(struct request *r, struct response *w, struct str title) {
  struct view_cx cx = view_cx_of(r);
  struct shell_view v = {.title = title, .lang = shell_lang(r), .theme = shell_look(r, "theme"), .sheet = sheet_address("setup.css")};
  if (!r->fragment) view_door_begin(&w->body, &cx, &v);
}

int shell_end(struct request *r, struct response *w) {
  struct view_cx cx = view_cx_of(r);
  if (!r->fragment && r->who.id) view_shell_end(&w->body, &cx, NULL);
  if (!r->fragment && !r->who.id) view_door_end(&w->body, &cx, NULL);
  return w->body.failed ? ERR_NOMEM : OK;
}

static const char *error_word(int status) {
  switch (status) {
  case 400: return "bad_request";
  case 401: return "sign_in";
  case 403: return "denied";
  case 404: return "not_found";
  case 405: return "method";
  case 409: return "conflict";
  case 413: return "too_large";
  case 414: return "too_long";
  case 415: return "media_type";
  case 421: return "wrong_host";
  case 422: return "invalid";
  case 410: return "gone";
  case 429: return "too_many";
  case 501: return "not_implemented";
  case 503: return "unavailable";
  default: return "failed";
  }
}

static const char *error_title(int status) {
  switch (status) {
  case 401: return MSG("Sign in first");
  case 403: return MSG("Not allowed");
  case 404: return MSG("Not found");
  case 409: return MSG("Somebody was first");
  case 413: return MSG("Too large");
  case 429: return MSG("Too many tries");
  case 503: return MSG("Busy");
  default: return status < 500 ? MSG("This can't be answered") : MSG("Something went wrong");
  }
}

/* OData's shape of an error. */
static int error_feed(struct request *r, struct response *w, int status, struct str sentence) {
  strbuf_addz(&w->body, "{\"error\":{\"code\":");
  html_json_z(&w->body, error_word(status));
  strbuf_addz(&w->body, ",\"message\":");
  html_json_str(&w->body, sentence);
  strbuf_addz(&w->body, ",\"innererror\":{\"request_id\":");
  html_json_z(&w->body, r->id);
  strbuf_addz(&w->body, "}}}\n");
  w->content_type = STR("application/json;odata.metadata=minimal");
  response_header(w, "OData-Version", STR("4.0"));
  return w->body.failed ? ERR_NOMEM : OK;
}

static int error_json(struct request *r, struct response *w, int status, struct str sentence) {
  static const char *const mends[] = {"Look at the address and the rights of the token.", "Try again in a minute; the request id finds it in the log."};
  strbuf_addz(&w->body, "{\"error\":{\"code\":");
  html_json_z(&w->body, error_word(status));
  strbuf_addz(&w->body, ",\"message\":");
  html_json_str(&w->body, sentence);
  strbuf_addz(&w->body, ",\"mend\":");
  html_json_z(&w->body, mends[status >= 500]);
  strbuf_addz(&w->body, ",\"request_id\":");
  html_json_z(&w->body, r->id);
  strbuf_addz(&w->body, "}}\n");
  w->content_type = STR("application/json");
  return w->body.failed ? ERR_NOMEM : OK;
}

int error_page(struct request *r, struct response *w, int status, struct str sentence) {
  strbuf_clear(&w->body);
  w->fixed = NULL;
  w->status = status;
  w->content_type = STR_NONE;
  if (request_is_feed(r)) return error_feed(r, w, status, sentence);
  if (request_is_api(r)) return error_json(r, w, status, sentence);
  struct error_view v = {status, tr(r, error_title(status)), tr_sentence(r, sentence), str_of(r->id), r->who.id != 0};
  struct view_cx cx = view_cx_of(r);
  if (r->who.id) shell_begin(r, w, &(struct page){.title = v.title});
  else door_begin(r, w, v.title);
  view_error(&w->body, &cx, &v);
  return shell_end(r, w);
}

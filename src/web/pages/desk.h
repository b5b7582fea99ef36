/* What the pages of the desk share: the book of this request within the actor's scope, the running quarter,
 * addresses of rows. One place makes the links, so that a number and its rows are the same query. */
#ifndef WEB_PAGES_DESK_H
#define WEB_PAGES_DESK_H
#include "app/book_cache.h"
#include "app/contract.h"
#include "app/kpi_goal.h"
#include "app/node.h"
#include "insight/forecast.h"
#include "insight/grid.h"
#include "insight/kpi.h"
#include "store/repo_config.h"
#include "store/repo_renewal.h"
#include "web/parts.h"
#include "web/route.h"

struct desk {
  const struct book *book;   /* borrowed from the cache until desk_close */
  struct book_cache *cache;
  const uint8_t *reps;       /* visible rep codes … */
  const uint32_t *extra; size_t n_extra; /* … and renewals handed to the actor besides: indexes into the book's */
  struct org org;
  struct period period;      /* of the page: ?period=, the path, or the running quarter */
  struct str period_name, period_id;
  struct period running;     /* the running quarter */
  currency_t reporting;
  const char *reporting_code;
};
/* period_text: an id, or "" for the running quarter. ERR_NOTFOUND: not a period. */
int desk_open(struct request *r, struct str period_text, struct desk *ret);
/* Whether the actor sees a row of the book's renewals. */
bool desk_sees_row(const struct desk *d, uint32_t row);
/* Whether the actor sees a contract: it, or one of its renewals that was handed to them, is theirs. */
bool desk_sees_contract(const struct request *r, const struct desk *d, int64_t id, int64_t owner_id);
void desk_close(struct desk *d); /* safe on a zeroed one */
#define DESK_CLEANUP __attribute__((cleanup(desk_close)))

/* A renewal the actor may see today, in its state of the page's day. ERR_NOTFOUND otherwise. */
int desk_renewal(struct request *r, int64_t id, struct renewal *ret);
/* The amount in the reporting currency, at the rate of the quarter that holds `day`, and "$237.8K at 5.40"; both "" when it is the
 * reporting currency already, or there is no rate or no book. */
void desk_reporting_amount(struct request *r, int64_t minor, currency_t c, day_t day, struct amount *ret, struct str *ret_note);

/* A contract in its state of the page's day. ERR_NOTFOUND: there is none, or it was not known then. No scope: the caller's. */
int desk_contract(struct request *r, int64_t id, struct contract *ret);
/* Its state alone, of a contract that was known then. */
int desk_contract_state(struct request *r, const struct org *org, int64_t id, day_t cancelled_on, int *ret);

/* Conditions of a list, for a link or a count. */
enum { DESK_MOST_FILTERS = 6, DESK_MOST_CODES = 64 };
struct desk_rows {
  struct grid_filter filters[DESK_MOST_FILTERS];
  uint32_t codes[DESK_MOST_FILTERS][DESK_MOST_CODES];
  size_t n;
};
void desk_where_codes(struct desk_rows *x, enum grid_column column, const uint32_t *codes, size_t n, bool negate);
void desk_where(struct desk_rows *x, enum grid_column column, uint32_t code);
void desk_where_range(struct desk_rows *x, enum grid_column column, int64_t from, int64_t to);
void desk_where_open(struct desk_rows *x); /* commit, best case or pipeline */
/* /renewals?period=…&f=… of these rows; sort "" = the list's own order. */
struct str desk_rows_href(struct request *r, const struct desk *d, const struct desk_rows *x, const char *sort);
/* /renewals/ID, with ?from= the list that this page is, so that the renewal's page can lead to the rows beside it. */
struct str desk_row_href(struct request *r, int64_t id);
/* Their totals, in the page's plan rates. */
int desk_rows_totals(struct request *r, const struct desk *d, const struct desk_rows *x, struct grid_totals *ret);
/* The first `limit` of them in an order. */
int desk_rows_page(struct request *r, const struct desk *d, const struct desk_rows *x, enum grid_column sort, bool descending, uint32_t limit,
                   struct grid_page *ret);
/* The same address with other parameters: appends name=value, percent-encoded, with ? or & before it. */
void desk_add_param(struct strbuf *b, bool *first, const char *name, struct str value);
struct str desk_address(struct request *r, const char *root, struct str part); /* /contracts/C%2D1 */

/* Choices of a form: everything the actor sees, then regions, teams and reps of it, people who stand in a team, by name; reps alone begin with an empty
 * choice. selected: its id 0 and kind REP is the empty one. ERR_NOMEM. */
int desk_nodes(struct request *r, const struct book *b, const struct node *selected, bool reps_only, struct option **ret, size_t *ret_n);

/* What was to be reached in a period; empty when it cannot be read, since the page stands without it. */
struct kpi_goals desk_goals(struct request *r, const struct desk *d, const struct period *p);
/* The target for a rate of the actor's whole book in that period, × 10^9: their own place's, else the company's. */
bool desk_rate_target(const struct desk *d, const struct kpi_goals *goals, enum kpi_id id, const struct period *p, const struct kpi_value *value, int64_t *ret);
/* Roll-up of the page's period. */
struct forecast_tree {
  struct forecast_node *nodes; /* [0] = everything the actor sees */
  size_t n;
};
int desk_forecast(struct request *r, const struct desk *d, struct forecast_tree *ret);

/* Pieces of the forecast that the command center shows too; forecast.c. */
struct home_figure;
int forecast_figures(struct request *r, const struct desk *d, const struct forecast_tree *t, struct home_figure **ret, size_t *ret_n);
struct raw_html_trusted forecast_strip(struct request *r, const struct desk *d, const struct forecast_node *n, int height, int64_t scale, bool label);
struct str forecast_sentence(struct request *r, const struct desk *d, const struct forecast_node *n);
struct str forecast_second(struct request *r, const struct desk *d, const struct forecast_node *n);
struct raw_html_trusted desk_period_bar(struct request *r, struct str prev_href, struct str prev, struct str now, struct str next_href,
                                        struct str next);
/* Adds to a list's conditions that the rows are a node's; forecast.c. */
void forecast_where_node(const struct forecast_tree *t, size_t i, struct desk_rows *x);
/* Rows of one node in these categories; forecast.c. */
struct desk_rows forecast_rows(const struct desk *d, const struct forecast_tree *t, size_t i, const uint32_t *categories, size_t n);
#endif

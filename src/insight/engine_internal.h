/* Between engine_learn.c and engine.c: how a row becomes columns. */
#ifndef INSIGHT_ENGINE_INTERNAL_H
#define INSIGHT_ENGINE_INTERNAL_H
#include "insight/engine.h"

static const double ENGINE_RIDGE = 2;
enum { ENGINE_CHANNELS = 2 /* one tier, two tiers; direct is neither */, ENGINE_MOST_CODES = 12,
       ENGINE_PROBE_BEFORE = 60 /* days: as rows look a month after they were judged */,
       ENGINE_MOST_COLUMNS = RISK_NUMBERS + ENGINE_CHANNELS + 2 * ENGINE_MOST_CODES + RISK_SIGNALS };

size_t engine_columns(const struct engine_model *m);
/* Scaled columns of a row: x has room for engine_columns. */
void engine_fill(const struct engine_model *m, const struct risk_row *r, double *x);
/* What a column is shown as: a risk_number or an engine_driver. */
int engine_column_driver(const struct engine_model *m, size_t column);
/* Log-odds of the curve of the row's segment before its nth renewal. */
double engine_offset(const struct engine_model *m, const struct risk_row *r);
/* A row's columns as trees take them. */
void engine_tree_row(const struct engine_model *m, const struct risk_row *r, float *x);
/* Log-odds that trees add to the logistic's, of n rows. OK, ERR_FAIL, ERR_NOMEM. */
int engine_tree_margins(const struct engine_model *m, struct str trees, const struct risk_row *const *rows, size_t n, double *ret, struct err *e);
/* Tries trees against the logistic of m, and takes them where they are better: rows ascending by the day seen. OK, ERR_FAIL, ERR_NOMEM. */
int engine_boost(const struct book *b, const struct risk_row *const *rows, size_t n, struct arena *a, struct engine_model *m, struct err *e);
void engine_effect_add(struct engine_effect *x, double p, bool renewed);
bool engine_effect_has(const int64_t *ids, size_t n, int64_t id); /* ids ascend */
void engine_effect_write(const char *key, const struct engine_effect *x, struct strbuf *out); /* ,"key":{…} */
void engine_trees_write(const struct engine_model *m, struct strbuf *out); /* ,"trees":{…} */
/* The logistic of some rows, in m's columns. OK, ERR_NOMEM, and logit_fit's. */
int engine_fit_rows(const struct engine_model *m, const struct risk_row *const *rows, size_t n, struct arena *a, struct logit_scale *scale, struct logit_model *ret,
                    struct err *e);
/* Bends and bins from chances that rows held back got: instead of those m has. OK, ERR_NOMEM, ERR_RANGE. */
int engine_calibrate(struct engine_model *m, const struct risk_row *const *rows, const double *p, size_t n, struct arena *a, struct err *e);
/* Before timing: calibrated chance that it renews at all. */
double engine_chance_at(const struct engine_model *m, double margin);
/* Of both kinds of rows, what was known on their day. Before any of them is made a column of. */
void engine_signals(const struct book *b, const struct engine_options *o, struct risk_rows *rows);
/* Unscaled columns of a row. */
void engine_fill_plain(const struct engine_model *m, const struct risk_row *r, double *x);
/* Sets m->probe. Curves and codes of the columns have to be there. OK, ERR_NOMEM. */
int engine_probe(const struct book *b, const struct risk_rows *rows, const struct engine_options *o, struct engine_model *m, struct err *e);
void engine_probe_write(const struct engine_model *m, struct strbuf *out); /* ,"probe":{…} */
/* How many times as many bookings fall into the last 14 days of a quarter as the timing curve alone says, held to 1 by twenty renewals. 1 without a calendar. */
double engine_quarter_end(const struct calendar *c, const struct risk_rows *rows, const struct engine_model *m);
/* Last days of the quarters from the one that holds today on. */
enum { ENGINE_QUARTERS = 8 };
void engine_quarter_ends(const struct calendar *c, day_t today, day_t ret[ENGINE_QUARTERS]);
struct engine_pull {
  day_t today, last[ENGINE_QUARTERS];
  double end; /* engine_model.quarter_end */
};
/* Chance to have booked from today on up to a day, each day weighed: to be held against that up to the end of its grace. */
double engine_pulled(const struct engine_pull *x, const struct timing_curve *t, double p, day_t due, day_t to);
struct engine_pull engine_pull_of(const struct calendar *c, day_t today, double end); /* c may be NULL */
/* That it renews at all, still open so many days after its due date; p: chance before timing. */
double engine_ever(const struct engine_model *m, const struct timing_curve *t, double p, int open_at);
/* That it books in the period, open at the end of today. pull NULL: quarter ends weigh as other days. earlier: days by which its bookings come earlier than the
 * curve says (below 0: later); whether it renews at all stays as it is. What is past its grace comes back evenly over as long again, if at all. */
double engine_in_period(const struct engine_model *m, const struct timing_curve *t, const struct engine_pull *pull, day_t today, double p, day_t due, int earlier,
                        const struct period *q);
#endif

/* Between engine_learn.c and engine.c: how a row becomes columns. */
#ifndef INSIGHT_ENGINE_INTERNAL_H
#define INSIGHT_ENGINE_INTERNAL_H
#include "insight/engine.h"

enum { ENGINE_CHANNELS = 2 /* one tier, two tiers; direct is neither */, ENGINE_MOST_CODES = 12,
       ENGINE_MOST_COLUMNS = RISK_NUMBERS + ENGINE_CHANNELS + 2 * ENGINE_MOST_CODES };

size_t engine_columns(const struct engine_model *m);
/* Scaled columns of a row: x has room for engine_columns. */
void engine_fill(const struct engine_model *m, const struct risk_row *r, double *x);
/* What a column is shown as: a risk_number or an engine_driver. */
int engine_column_driver(const struct engine_model *m, size_t column);
/* Log-odds of the curve of the row's segment before its nth renewal. */
double engine_offset(const struct engine_model *m, const struct risk_row *r);
/* Before timing: calibrated chance that it renews at all. */
double engine_chance_at(const struct engine_model *m, double margin);
#endif

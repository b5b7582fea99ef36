/* What a stored model says about when renewals book: read back from its text, of this version or an older one. */
#ifndef APP_INSIGHT_MODEL_H
#define APP_INSIGHT_MODEL_H
#include "insight/engine.h"

/* Fills timing, quarter_end, beyond, grace, rho and ratio; all else is zero. Numbers come back to the bit. OK; ERR_SYNTAX: no model's text. */
int insight_model_read(struct str text, struct engine_model *ret, struct err *e);
#endif

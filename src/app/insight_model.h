/* A stored model, read back from its text, of this version or an older one. */
#ifndef APP_INSIGHT_MODEL_H
#define APP_INSIGHT_MODEL_H
#include "insight/engine.h"

/* trees: as they are stored; they must be those that the text has the SHA-256 of. STR_NONE: none are wanted, as by who asks about timing alone.
 * Everything that judging needs: curves, columns and weights, calibration, timing, amounts. b: in whose codes; regions that it has not are left out. Numbers come
 * back to the bit. Counts and checks are not read. Lives in arena. OK; ERR_SYNTAX: no model's text, or other trees; ERR_NOMEM. */
int insight_model_read(struct str text, struct str trees, const struct book *b, struct arena *a, struct engine_model *ret, struct err *e);
#endif

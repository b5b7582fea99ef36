/* The field's words as closed enums, with their one spelling for store, files and API.
 * Values are stored: never renumber, only append. */
#ifndef DOMAIN_TERMS_H
#define DOMAIN_TERMS_H
#include "base/str.h"

enum sales_model { MODEL_UNKNOWN, MODEL_DIRECT, MODEL_ONE_TIER, MODEL_TWO_TIER, MODEL_COUNT };
enum stage { STAGE_NOT_STARTED, STAGE_CONTACTED, STAGE_QUOTED, STAGE_NEGOTIATING, STAGE_PO_PROMISED, STAGE_WON, STAGE_LOST, STAGE_COUNT };
enum category { CATEGORY_CLOSED, CATEGORY_COMMIT, CATEGORY_BEST_CASE, CATEGORY_PIPELINE, CATEGORY_OMITTED, CATEGORY_COUNT };
/* What became of a renewal or of a line. */
enum outcome { OUTCOME_OPEN, OUTCOME_RENEWED, OUTCOME_PARTIAL, OUTCOME_LOST, OUTCOME_COUNT };
/* Best evidence first; weak = same family only. NONE: nothing links this line. MANUAL: a person said so. */
enum evidence { EVIDENCE_STATED, EVIDENCE_EXPLICIT, EVIDENCE_SERIAL, EVIDENCE_PRODUCT, EVIDENCE_WEAK,
                EVIDENCE_EXTENDED, EVIDENCE_MANUAL, EVIDENCE_NONE, EVIDENCE_COUNT };
enum contract_state { CONTRACT_PENDING, CONTRACT_ACTIVE, CONTRACT_IN_WINDOW, CONTRACT_EXPIRED, CONTRACT_LAPSED,
                      CONTRACT_RENEWED, CONTRACT_CANCELLED, CONTRACT_STATE_COUNT };
enum role { ROLE_ADMIN, ROLE_EXEC, ROLE_MANAGER, ROLE_REP, ROLE_OPS, ROLE_SALES, ROLE_PARTNER, ROLE_COUNT };
/* Days from end_date E to booked_date B: early B <= E-30; on time B <= E + grace; then late bands. */
enum band { BAND_EARLY, BAND_ON_TIME, BAND_LATE_30, BAND_LATE_90, BAND_LATE_180, BAND_LATE_365, BAND_LATE_MORE, BAND_COUNT };

/* Spelling: "one_tier", "po_promised", "best_case", "late_1_30" … "" when out of range. */
const char *sales_model_name(int v);
const char *stage_name(int v);
const char *category_name(int v);
const char *outcome_name(int v);
const char *evidence_name(int v);
const char *contract_state_name(int v);
const char *role_name(int v);
const char *band_name(int v);
/* The value of a spelling (case-insensitive, blank and '-' count as '_'), or -1. */
int sales_model_of(struct str s);
int stage_of(struct str s);
int category_of(struct str s);
int outcome_of(struct str s);
int role_of(struct str s);

enum category stage_category(enum stage s); /* domain.md §2: every stage maps to exactly one */
#endif

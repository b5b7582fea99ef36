/* Inside of the pages of escalations. */
#ifndef WEB_PAGES_ESCALATION_PARTS_H
#define WEB_PAGES_ESCALATION_PARTS_H
#include "web/pages/escalations.h"

struct str escalation_iso(struct request *r, int64_t at);
int escalation_card_fill(struct request *r, const struct desk *d, const struct escalation *x, int64_t now, struct escalation_card *ret);
/* escalation_form.c: the choices of the forms. account, renewal or contract of x say who may own it. */
int escalation_choices(struct request *r, const struct escalation *x, int level, int department, int cause, struct escalation_view *v);
/* Day and time of the fields NAME_day and NAME_time, as the reader's clocks show them, by escalation_time. */
int64_t escalation_time_read(struct request *r, const char *day, const char *time);
#endif

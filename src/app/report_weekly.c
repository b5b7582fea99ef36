/* The week's report: one story for the brief, the slides and print, and the workbook behind it. */
#include "app/report_parts.h"

enum { SECTIONS = 7 };

/* The sentence of the forecast page. */
static struct str headline(const struct pack *p) {
  const struct forecast_node *n = &p->nodes[0];
  struct str closed = say_head(p, n->amount[CATEGORY_CLOSED]), commit = say_head(p, n->amount[CATEGORY_COMMIT]), target = say_head(p, n->target);
  if (!n->has_target) {
    return tr_fmt(p->r, "{0} has {1} closed, {2} in commit.", p->period_name, closed, commit);
  }
  if (n->gap == 0) {
    return tr_fmt(p->r, "{0} has {1} closed, {2} in commit; the target of {3} is reached.", p->period_name, closed, commit, target);
  }
  if (n->gap < 0) {
    return tr_fmt(p->r, "{0} has {1} closed, {2} in commit; {4} over the target of {3}.", p->period_name, closed, commit, target, say_head(p, -n->gap));
  }
  return tr_fmt(p->r, "{0} has {1} closed, {2} in commit; target {3}, gap {4}.", p->period_name, closed, commit, target, say_head(p, n->gap));
}

/* What is expected of the rest. */
static struct str second(const struct pack *p) {
  const struct forecast_node *n = &p->nodes[0];
  const struct insight_band *x = &p->insight.whole;
  if (p->insight.has_whole && n->has_target && n->gap > 0) {
    return tr_fmt(p->r, "In 8 of 10 cases it ends between {0} and {1}; the chance to reach the target is {2}.", say_head(p, x->q10), say_head(p, x->q90),
                  say_chance(p, insight_reach(x, n->target)));
  }
  if (p->insight.has_whole) {
    return tr_fmt(p->r, "In 8 of 10 cases it ends between {0} and {1}.", say_head(p, x->q10), say_head(p, x->q90));
  }
  if (!n->has_target) {
    return tr_fmt(p->r, "No target is set for {0}, so there is no gap to close.", p->period_name);
  }
  if (n->gap <= 0) {
    return tr(p->r, "Everything still open comes on top.");
  }
  int64_t left = n->gap - n->amount[CATEGORY_COMMIT], open = n->amount[CATEGORY_BEST_CASE] + n->amount[CATEGORY_PIPELINE];
  struct str rest = say_head(p, left < 0 ? -left : left);
  return left <= 0 ? tr_fmt(p->r, "If all of commit books, the target is passed by {0}.", rest)
                   : tr_fmt(p->r, "If all of commit books, {0} must still come from {1} in best case and pipeline.", rest, say_head(p, open));
}

/* A 1:1 is the rep's own week, with what was promised in place of the escalations of the house. */
static int sections(struct pack *p, struct report_section *s, struct err *e) {
  bool review = p->subject_id != 0;
  if (story_lands(p, &s[0]) != OK || story_moved(p, &s[1]) != OK || story_rates(p, &s[2]) != OK || story_risks(p, &s[3]) != OK || story_stuck(p, &s[4]) != OK ||
      story_outlook(p, &s[5]) != OK || (!review && story_about(p, &s[6]) != OK)) {
    return part_out_of_memory(e);
  }
  return review ? story_promises(p, &s[6], e) : OK;
}

int report_weekly(struct pack *p, struct report *ret, struct err *e) {
  int code = pack_gather(p, e);
  struct report_section *s = arena_zalloc(p->a, SECTIONS, sizeof *s);
  if (code != OK || s == NULL) {
    return code != OK ? code : part_out_of_memory(e);
  }
  code = sections(p, s, e);
  if (code != OK) {
    return code;
  }
  struct str day = format_day_year(p->r, p->today);
  bool review = p->subject_id != 0;
  ret->title = review ? tr_fmt(p->r, "1:1 of {0}, {1}", p->subject_name, p->period_name) : tr_fmt(p->r, "Renewals, {0}", p->period_name);
  ret->subject = review ? tr_fmt(p->r, "1:1 pack as of {0}", day) : tr_fmt(p->r, "Weekly report as of {0}", day);
  ret->headline = headline(p);
  ret->second = second(p);
  ret->sections = s;
  ret->n_sections = SECTIONS;
  return report_sheets(p, ret, e);
}

/* Clocks that run in working hours only: Monday to Friday from one time of day to another, but for public holidays, as the wall clocks of
 * one place show them. Pure. */
#ifndef DOMAIN_WORKHOURS_H
#define DOMAIN_WORKHOURS_H
#include "base/date.h"
#include "base/zone.h"

enum { WORKHOURS_FROM = 9 * 3600, WORKHOURS_TO = 18 * 3600, WORKHOURS_MOST_DAYS = 3660 };
struct workhours {
  const struct zone *zone;                      /* NULL = UTC */
  int from, to;                                 /* seconds of the local day, from < to <= 86400 */
  const day_t *holidays; size_t n_holidays;     /* ascending */
};
bool workhours_is_open(const struct workhours *w, day_t day); /* a weekday that is no holiday */
/* The instant at which `seconds` (>= 0) of working time have passed since `at`. Outside working hours the clock stands still, so 0 gives the next
 * opening; a whole day ends at its closing time, not at the next opening. Beyond WORKHOURS_MOST_DAYS: the last instant looked at. */
int64_t workhours_add(const struct workhours *w, int64_t at, int64_t seconds);
/* Seconds of working time from one instant to another; below zero when `to` is before `from`. A change of the clocks within working hours
 * counts the hours that passed, not those that the clock shows. */
int64_t workhours_between(const struct workhours *w, int64_t from, int64_t to);
#endif

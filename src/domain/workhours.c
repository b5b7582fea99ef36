#include "domain/workhours.h"

static bool is_holiday(const struct workhours *w, day_t day) {
  size_t lo = 0, hi = w->n_holidays;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (w->holidays[mid] < day)
      lo = mid + 1;
    else
      hi = mid;
  }
  return lo < w->n_holidays && w->holidays[lo] == day;
}

bool workhours_is_open(const struct workhours *w, day_t day) { return day_weekday(day) <= 5 && !is_holiday(w, day); }

int64_t workhours_add(const struct workhours *w, int64_t at, int64_t seconds) {
  day_t day = zone_day(w->zone, at);
  for (int i = 0; i < WORKHOURS_MOST_DAYS; i++, day++) {
    if (!workhours_is_open(w, day))
      continue;
    int64_t opens = zone_instant(w->zone, day, w->from), closes = zone_instant(w->zone, day, w->to), start = at > opens ? at : opens;
    if (start >= closes)
      continue;
    if (closes - start >= seconds)
      return start + seconds;
    seconds -= closes - start;
  }
  return zone_instant(w->zone, day, w->from);
}

int64_t workhours_between(const struct workhours *w, int64_t from, int64_t to) {
  if (to < from)
    return -workhours_between(w, to, from);
  int64_t sum = 0;
  day_t last = zone_day(w->zone, to);
  for (day_t day = zone_day(w->zone, from); day <= last; day++) {
    if (!workhours_is_open(w, day))
      continue;
    int64_t opens = zone_instant(w->zone, day, w->from), closes = zone_instant(w->zone, day, w->to);
    int64_t start = from > opens ? from : opens, end = to < closes ? to : closes;
    sum += end > start ? end - start : 0;
  }
  return sum;
}

#include "base/date.h"
#include "base/err.h"

int days_in_month(int y, int m)
{
  static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (m < 1 || m > 12)
    return 0;
  bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  return m == 2 && leap ? 29 : days[m - 1];
}

/* Years counted from March, so that the leap day is the last day of its year; 146097 days make
 * 400 years; 719468 days lie between 0000-03-01 and 1970-01-01. */
static day_t days_of(int y, int m, int d)
{
  int year = m > 2 ? y : y - 1;
  int era = year / 400;
  int yoe = year - era * 400;
  int doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

int day_from_ymd(int y, int m, int d, day_t *ret)
{
  if (y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 || d > days_in_month(y, m))
    return ERR_RANGE;
  *ret = days_of(y, m, d);
  return OK;
}

struct ymd day_to_ymd(day_t day)
{
  int64_t z = (int64_t)day + 719468;
  int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  int doe = (int)(z - era * 146097);
  int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int mp = (5 * doy + 2) / 153;
  int m = mp < 10 ? mp + 3 : mp - 9;
  int y = (int)(era * 400) + yoe + (m <= 2);
  return (struct ymd){y, m, doy - (153 * mp + 2) / 5 + 1};
}

int day_parse_iso(struct str s, day_t *ret)
{
  if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-')
    return ERR_SYNTAX;
  unsigned v[10], worst = 0;
  for (size_t i = 0; i < 10; i++) {
    v[i] = (unsigned)(unsigned char)s.p[i] - '0';
    if (i != 4 && i != 7 && v[i] > worst)
      worst = v[i];
  }
  if (worst > 9)
    return ERR_SYNTAX;
  return day_from_ymd((int)(v[0] * 1000 + v[1] * 100 + v[2] * 10 + v[3]), (int)(v[5] * 10 + v[6]),
                      (int)(v[8] * 10 + v[9]), ret);
}

static void put2(char *p, int v)
{
  p[0] = (char)('0' + v / 10);
  p[1] = (char)('0' + v % 10);
}

char *day_iso(day_t d, char buf[DAY_ISO_SIZE])
{
  struct ymd x = day_to_ymd(d);
  if (d == DAY_NONE || x.y < 0 || x.y > 9999) {
    buf[0] = 0;
    return buf;
  }
  put2(buf, x.y / 100);
  put2(buf + 2, x.y % 100);
  buf[4] = buf[7] = '-';
  put2(buf + 5, x.m);
  put2(buf + 8, x.d);
  buf[10] = 0;
  return buf;
}

int day_weekday(day_t d)
{
  int64_t r = ((int64_t)d + 3) % 7; /* 1970-01-01 was a Thursday */
  return (int)(r < 0 ? r + 7 : r) + 1;
}

day_t day_add_months(day_t d, int months)
{
  if (d == DAY_NONE)
    return DAY_NONE;
  struct ymd x = day_to_ymd(d);
  int64_t total = (int64_t)x.y * 12 + (x.m - 1) + months;
  if (total < 12 || total >= (int64_t)10000 * 12)
    return DAY_NONE;
  int y = (int)(total / 12), m = (int)(total % 12) + 1;
  int last = days_in_month(y, m);
  return days_of(y, m, x.d < last ? x.d : last);
}

day_t day_of_instant(int64_t seconds)
{
  int64_t d = seconds / SECONDS_PER_DAY - (seconds % SECONDS_PER_DAY < 0);
  return d <= INT32_MIN || d > INT32_MAX ? DAY_NONE : (day_t)d;
}

char *instant_iso(int64_t seconds, char buf[INSTANT_ISO_SIZE])
{
  day_t d = day_of_instant(seconds);
  day_iso(d, buf);
  if (!buf[0])
    return buf;
  int s = (int)(seconds - (int64_t)d * SECONDS_PER_DAY);
  buf[10] = 'T';
  put2(buf + 11, s / 3600);
  put2(buf + 14, s / 60 % 60);
  put2(buf + 17, s % 60);
  buf[13] = buf[16] = ':';
  buf[19] = 'Z';
  buf[20] = 0;
  return buf;
}

int64_t clock_now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec;
}

int64_t clock_mono_us(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

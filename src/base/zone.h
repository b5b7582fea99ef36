/* Time zones, read from the system's tz database (TZif files, /usr/share/zoneinfo). */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H
#include "base/arena.h"
#include "base/date.h"

struct zone;
enum { ZONE_NAME_SIZE = 16 };
/* "America/Sao_Paulo". NULL: no such zone, an unfit name, or no memory; NULL is UTC everywhere. */
const struct zone *zone_load(struct arena *a, struct str name);
/* From a TZif file's bytes, which must outlive the zone. NULL when they are none. */
const struct zone *zone_of_bytes(struct arena *a, struct str bytes);
/* Seconds east of UTC at that instant; its short name: EST, or GMT-3 where people have none. */
int zone_offset(const struct zone *z, int64_t at, char name[ZONE_NAME_SIZE]);
/* The instant at which clocks there show that day and time of day (seconds since midnight). A time that is skipped in spring is the one
 * that far behind the change; of one that comes twice in autumn, the first. */
int64_t zone_instant(const struct zone *z, day_t day, int seconds);
/* The day there at that instant. */
day_t zone_day(const struct zone *z, int64_t at);
/* The country of a zone's place, two letters ("BR"); of a zone that several share the first; "" = UTC, an older name, or the system has no list. */
struct str zone_country(struct arena *a, struct str zone);
/* Names of all zones that people live in, sorted. OK, ERR_NOMEM; none when the system has no list. */
int zone_names(struct arena *a, struct str **ret, size_t *ret_n);
#endif

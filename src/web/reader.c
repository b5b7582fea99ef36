/* Who reads: language and locale of the signed-in person, else what the browser asks for. */
#include "web/dispatch.h"
#include "web/format.h"
#include "web/locale.h"
#include "base/zone.h"

const struct reader *reader_of_request(const struct request *r) { return r->reader; }

/* What the switch of the sign-in page remembered, if it is a language of ours. */
static struct str chosen(const struct request *r) {
  struct str is = cookie_get(r, STR("lang"));
  for (const char *const *l = words_languages; *l; l++)
    if (str_eq(is, str_of(*l))) return str_of(*l);
  return STR_NONE;
}

/* The first language of Accept-Language that there is a catalogue for, or English, whichever stands first. Their order is
 * taken for their weight: browsers send it so. */
static struct str accepted(const struct request *r) {
  struct str piece, rest = r->header(r, "Accept-Language"), tag, weight;
  while (str_cut(rest, ',', &piece, &rest)) {
    str_cut(str_trim(piece), ';', &tag, &weight);
    tag = str_trim(tag);
    if (words_of(tag) || str_eq_nocase(str_sub(tag, 0, 2), STR("en"))) return tag;
  }
  return STR("en");
}

void request_reader_set(struct request *r) {
  struct str asked = r->who.id ? STR_NONE : chosen(r);
  struct str language = r->who.id ? r->who.language : asked.n ? asked : accepted(r), locale = r->who.id ? r->who.locale : language;
  const struct zone *zone = r->who.id ? zone_load(r->arena, r->who.time_zone) : NULL;
  r->reader[0] = (struct reader){.arena = r->arena, .words = words_of(language), .locale = locale_of(locale), .zone = zone, .today = r->today};
  if (r->web->today == DAY_NONE) r->reader->today = format_day_of(r->reader, r->now);
}

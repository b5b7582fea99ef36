/* What an edited workbook says, in the language of whoever gets it. */
#include "app/report_parts.h"
#include "app/roundtrip_parts.h"
#include "words/format.h"

static const char *const HEADINGS[ROUNDTRIP_FIELDS] = {
    [ROUNDTRIP_CATEGORY] = MSG("Category"), [ROUNDTRIP_STAGE] = MSG("Stage"), [ROUNDTRIP_CLOSE] = MSG("Close date"), [ROUNDTRIP_AMOUNT] = MSG("Amount"),
    [ROUNDTRIP_STEP] = MSG("Next step"), [ROUNDTRIP_STEP_DATE] = MSG("Step due"), [ROUNDTRIP_PO] = MSG("PO number"), [ROUNDTRIP_NOTE] = MSG("Note")};
static const char *const FIXED[ROUNDTRIP_FIXED] = {
    [ROUNDTRIP_KEY] = "", [ROUNDTRIP_CUSTOMER] = MSG("Customer"), [ROUNDTRIP_CONTRACT] = MSG("Contract"), [ROUNDTRIP_DUE] = MSG("Expires"),
    [ROUNDTRIP_OWNER] = MSG("Owner"), [ROUNDTRIP_CURRENCY] = MSG("Currency"), [ROUNDTRIP_LAST] = MSG("Last year")};
static const char *const RULES[ROUNDTRIP_FIELDS] = {
    [ROUNDTRIP_CATEGORY] = MSG("Choose a category from the list."),
    [ROUNDTRIP_STAGE] = MSG("Choose a stage from the list. Won and lost are said on the page of the renewal."),
    [ROUNDTRIP_CLOSE] = MSG("Write a day, as 2026-11-30."),
    [ROUNDTRIP_AMOUNT] = MSG("Write an amount of 0 or more."),
    [ROUNDTRIP_STEP] = "",
    [ROUNDTRIP_STEP_DATE] = MSG("Write a day, as 2026-11-30."),
    [ROUNDTRIP_PO] = "",
    [ROUNDTRIP_NOTE] = ""};

static struct str say(const struct reader *w, const char *text) { return *text ? tr(w, text) : STR_NONE; }

static struct roundtrip_words words_of_staff(const struct reader *w) {
  struct pack p = {.r = w};
  struct roundtrip_words x = {.sheet = tr(w, "Renewals"), .about = tr(w, "About this workbook")};
  for (int f = 0; f < ROUNDTRIP_FIELDS; f++) {
    x.heading[f] = say(w, HEADINGS[f]);
    x.rule[f] = say(w, RULES[f]);
  }
  for (int f = 0; f < ROUNDTRIP_FIXED; f++)
    x.fixed[f] = say(w, FIXED[f]);
  for (int i = 0; i < STAGE_COUNT; i++)
    x.stage[i] = say_stage(&p, i);
  for (int i = 0; i < CATEGORY_COUNT; i++)
    x.category[i] = say_category(&p, i);
  return x;
}

/* What a partner may see and say: when the order comes, its number, and a note. No amounts: what is booked here is not what they pay. */
static struct roundtrip_words words_of_partner(const struct reader *w) {
  struct roundtrip_words x = words_of_staff(w), own = {.sheet = x.sheet, .about = x.about};
  static const int shown[] = {ROUNDTRIP_CUSTOMER, ROUNDTRIP_CONTRACT, ROUNDTRIP_DUE}, said[] = {ROUNDTRIP_CLOSE, ROUNDTRIP_PO, ROUNDTRIP_NOTE};
  for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
    own.fixed[shown[i]] = x.fixed[shown[i]];
  for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
    own.heading[said[i]] = x.heading[said[i]];
    own.rule[said[i]] = x.rule[said[i]];
  }
  own.heading[ROUNDTRIP_CLOSE] = tr(w, "Order expected on");
  return own;
}

static size_t lines_of_staff(const struct reader *r, const struct roundtrip_origin *o, size_t n, struct str lines[ROUNDTRIP_LINES]) {
  size_t k = 0;
  lines[k++] = tr(r, "Renewals to edit");
  lines[k++] = tr_n(r, (int64_t)n, "{n} renewal of {0}, made by {1} on {2}.", "{n} renewals of {0}, made by {1} on {2}.", o->organization, o->by,
                    format_instant(r, o->at));
  lines[k++] = tr(r, "Change what stands in the tinted cells: category, stage, close date, amount, next step and its day, PO number. Amounts are per year, "
                     "in the currency of the row. What you write under Note becomes a note on the renewal.");
  lines[k++] = tr(r, "Then save the workbook and upload it where you made it: Renewals, Edit in Excel. You see every change before it is made, "
                     "and can take all of it back at once.");
  lines[k++] = tr(r, "Rows may be filtered, sorted and deleted, columns moved and deleted. A row that is missing means no change: nothing is ever deleted.");
  lines[k++] = tr(r, "The first column is hidden. It says which renewal each row is: leave it as it is.");
  lines[k++] = tr(r, "The sheets are protected against accidents, without a password. To sort, unprotect the sheet first (Review, Unprotect Sheet).");
  lines[k++] = tr(r, "Renewals that are won or lost are changed on their own page.");
  return k;
}

static size_t lines_of_partner(const struct reader *w, const struct roundtrip_origin *o, size_t n, struct str lines[ROUNDTRIP_LINES]) {
  size_t k = 0;
  lines[k++] = tr_fmt(w, "Renewals of {0}", o->partner);
  lines[k++] = tr_n(w, (int64_t)n, "{n} open renewal of {0}, sent by {1} on {2}.", "{n} open renewals of {0}, sent by {1} on {2}.", o->organization, o->by,
                    format_day_year(w, format_day_of(w, o->at)));
  lines[k++] = tr(w, "Please fill in the tinted cells: the day on which you expect the order, its number, and a note where something should be known.");
  lines[k++] = tr(w, "Then send the file back to the sender. A row that is missing or unchanged means no change.");
  lines[k++] = tr(w, "The first column is hidden. It says which renewal each row is: leave it as it is.");
  lines[k++] = tr(w, "The sheets are protected against accidents, without a password. To sort, unprotect the sheet first (Review, Unprotect Sheet).");
  return k;
}

void roundtrip_words(const struct reader *r, const struct roundtrip_origin *o, size_t n, struct roundtrip_words *ret) {
  *ret = o->partner_id ? words_of_partner(r) : words_of_staff(r);
  ret->page = tr_fmt(r, "Page {0} of {1}", STR("&P"), STR("&N"));
  ret->n_lines = o->partner_id ? lines_of_partner(r, o, n, ret->lines) : lines_of_staff(r, o, n, ret->lines);
}

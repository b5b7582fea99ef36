#include "web/svg.h"
#include "base/decimal.h"
#include "base/err.h"

#define PLOT_WIDTH 1000 /* user units of the nested, stretched drawings */

static void add_escaped(struct strbuf *b, struct str s) {
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (c == '&')
      strbuf_addz(b, "&amp;");
    else if (c == '<')
      strbuf_addz(b, "&lt;");
    else if (c == '>')
      strbuf_addz(b, "&gt;");
    else if (c == '"')
      strbuf_addz(b, "&quot;");
    else if ((unsigned char)c >= ' ' || c == '\t' || c == '\n')
      strbuf_addc(b, c);
  }
}

/* part/whole in percent with three decimals; rounding happens on the place, not on the width,
 * so that neighbors always meet. */
static int64_t place(int64_t part, int64_t whole) {
  int64_t p = 0;
  if (whole <= 0 || part <= 0 || mul_div_i64(part, 100000, whole, &p) != OK)
    return 0;
  return p > 100000 ? 100000 : p;
}

static void add_place(struct strbuf *b, int64_t thousandths) {
  decimal_add(b, thousandths, 3);
  strbuf_addc(b, '%');
}

static void add_attribute(struct strbuf *b, const char *name, int64_t thousandths) {
  strbuf_fmt(b, " %s=\"", name);
  add_place(b, thousandths);
  strbuf_addc(b, '"');
}

static void add_vertical(struct strbuf *b, const char *class_name, int64_t at, int y1, int y2) {
  strbuf_fmt(b, "<line class=\"%s\"", class_name);
  add_attribute(b, "x1", at);
  add_attribute(b, "x2", at);
  strbuf_fmt(b, " y1=\"%d\" y2=\"%d\"/>", y1, y2);
}

static void open_chart(struct strbuf *b, int height, bool linked, struct str sentence) {
  strbuf_fmt(b, "<svg class=\"x\" height=\"%d\" role=\"%s\" aria-label=\"", height, linked ? "group" : "img");
  add_escaped(b, sentence);
  strbuf_addz(b, "\">");
}

static bool open_link(struct strbuf *b, struct str href, struct str label) {
  if (!href.n)
    return false;
  strbuf_addz(b, "<a href=\"");
  add_escaped(b, href);
  strbuf_addz(b, "\" aria-label=\"");
  add_escaped(b, label);
  strbuf_addz(b, "\">");
  return true;
}

static int64_t positive(int64_t v) { return v > 0 ? v : 0; }

static int64_t sum_of(const struct svg_part *parts, size_t n) {
  int64_t sum = 0;
  for (size_t i = 0; i < n; i++)
    if (__builtin_add_overflow(sum, positive(parts[i].value), &sum))
      return INT64_MAX;
  return sum;
}

static bool any_link(const struct svg_part *parts, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (parts[i].href.n && parts[i].value > 0)
      return true;
  return false;
}

static void strip_part(struct strbuf *b, const struct svg_part *p, int64_t from, int64_t to, int y, int height) {
  bool link = open_link(b, p->href, p->label), outlined = str_eq(str_of(p->class_name), STR("s-pipeline"));
  strbuf_fmt(b, "<rect class=\"%s\"", p->class_name);
  add_attribute(b, "x", from);
  if (outlined) /* the stroke stays inside */
    strbuf_fmt(b, " y=\"%d.5\" height=\"%d\"", y, height - 1);
  else
    strbuf_fmt(b, " y=\"%d\" height=\"%d\"", y, height);
  add_attribute(b, "width", to - from);
  strbuf_addz(b, "/>");
  if (link)
    strbuf_addz(b, "</a>");
}

static void strip_target(struct strbuf *b, const struct svg_strip *x, int64_t at, int y) {
  add_vertical(b, "l-ink", at, y - (x->target_label.n ? 6 : 3), y + x->height + (x->target_label.n ? 2 : 3));
  if (!x->target_label.n)
    return;
  strbuf_addz(b, "<text class=\"ti\"");
  add_attribute(b, "x", at);
  strbuf_fmt(b, " y=\"12\" text-anchor=\"%s\">", at > 85000 ? "end" : at < 15000 ? "start" : "middle");
  add_escaped(b, x->target_label);
  strbuf_addz(b, "</text>");
}

void svg_strip(struct strbuf *b, const struct svg_strip *x) {
  int64_t sum = sum_of(x->parts, x->n), scale = x->scale > 0 ? x->scale : sum > x->target ? sum : x->target;
  int y = x->target_label.n ? 24 : 3;
  open_chart(b, y + x->height + 3, any_link(x->parts, x->n), x->sentence);
  int64_t before = 0;
  for (size_t i = 0; i < x->n; i++) {
    int64_t value = positive(x->parts[i].value);
    if (value == 0)
      continue;
    int64_t from = place(before, scale), to = place(before + value, scale);
    strip_part(b, &x->parts[i], from, to, y, x->height);
    if (before > 0)
      add_vertical(b, "l-surf", from, y, y + x->height);
    before += value;
  }
  if (x->target > 0)
    strip_target(b, x, place(x->target, scale), y);
  strbuf_addz(b, "</svg>");
}

/* Height in px of value on a plot of `height` px whose top is `most`. */
static int tall(int64_t value, int64_t most, int height) {
  int64_t h = 0;
  if (most <= 0 || mul_div_i64(positive(value), height, most, &h) != OK)
    return 0;
  return (int)h;
}

static void centered_text(struct strbuf *b, const char *class_name, int64_t at, int y, struct str text) {
  if (!text.n)
    return;
  strbuf_fmt(b, "<text class=\"%s\" text-anchor=\"middle\"", class_name);
  add_attribute(b, "x", at);
  strbuf_fmt(b, " y=\"%d\">", y);
  add_escaped(b, text);
  strbuf_addz(b, "</text>");
}

static void column(struct strbuf *b, const struct svg_bars *x, size_t i, int64_t most, int top) {
  const struct svg_column *c = &x->columns[i];
  int64_t step = 100000 / (int64_t)x->n, left = step * (int64_t)i, width = step * 72 / 100, from = left + (step - width) / 2;
  bool link = open_link(b, c->href, c->label);
  int64_t below = 0;
  for (size_t k = 0; k < c->n; k++) {
    int64_t value = positive(c->parts[k].value);
    int low = tall(below, most, x->height), high = tall(below + value, most, x->height);
    below += value;
    if (high <= low)
      continue;
    strbuf_fmt(b, "<rect class=\"%s\"", c->parts[k].class_name);
    add_attribute(b, "x", from);
    add_attribute(b, "width", width);
    int gap = high - low > 2 && low > 0 ? 1 : 0; /* a line of surface between parts */
    strbuf_fmt(b, " y=\"%d\" height=\"%d\"/>", top + x->height - high, high - low - gap);
  }
  centered_text(b, "t1 ti", left + step / 2, top + x->height - tall(below, most, x->height) - 6, c->over);
  if (link)
    strbuf_addz(b, "</a>");
  if (i % 2 == 0 || !x->thin)
    centered_text(b, i % 2 ? "t1 tq odd" : "t1 tq", left + step / 2, top + x->height + 16, c->under);
  if (c->divider) {
    add_vertical(b, "l-mid", left, top - 14, top + x->height);
    strbuf_addz(b, "<text class=\"t1 tq\"");
    add_attribute(b, "x", left);
    strbuf_fmt(b, " dx=\"6\" y=\"%d\">", top - 6);
    add_escaped(b, x->divider_label);
    strbuf_addz(b, "</text>");
  }
}

void svg_bars(struct strbuf *b, const struct svg_bars *x) {
  int64_t most = 0;
  bool linked = false;
  for (size_t i = 0; i < x->n; i++) {
    int64_t sum = sum_of(x->columns[i].parts, x->columns[i].n);
    most = sum > most ? sum : most;
    linked |= x->columns[i].href.n > 0;
  }
  int top = 22;
  open_chart(b, top + x->height + 22, linked, x->sentence);
  for (size_t i = 0; i < x->n; i++)
    column(b, x, i, most, top);
  strbuf_fmt(b, "<line class=\"l-line2\" x1=\"0\" x2=\"100%%\" y1=\"%d.5\" y2=\"%d.5\"/></svg>", top + x->height, top + x->height);
}

void svg_interval(struct strbuf *b, const struct svg_interval *x) {
  int64_t low = place(x->low, x->scale), high = place(x->high, x->scale);
  open_chart(b, 20, false, x->sentence);
  strbuf_addz(b, "<line class=\"l-edge\"");
  add_attribute(b, "x1", low);
  add_attribute(b, "x2", high);
  strbuf_addz(b, " y1=\"10\" y2=\"10\"/>");
  add_vertical(b, "l-edge", low, 7, 13);
  add_vertical(b, "l-edge", high, 7, 13);
  strbuf_addz(b, "<circle class=\"s-ink\"");
  add_attribute(b, "cx", place(x->middle, x->scale));
  strbuf_addz(b, " cy=\"10\" r=\"3.5\"/>");
  if (x->mark > 0)
    add_vertical(b, "l-commit", place(x->mark, x->scale), 3, 17);
  strbuf_addz(b, "</svg>");
}

static void open_stretched(struct strbuf *b, int height) {
  strbuf_fmt(b, "<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\">", height, PLOT_WIDTH, height);
}

static int64_t step_x(size_t i, size_t n) { return n < 2 ? 0 : (int64_t)i * PLOT_WIDTH / (int64_t)(n - 1); }

void svg_line(struct strbuf *b, const struct svg_line *x) {
  open_chart(b, x->height, false, x->sentence);
  open_stretched(b, x->height);
  for (size_t s = 0; s < x->n; s++) {
    const struct svg_series *line = &x->series[s];
    strbuf_fmt(b, "<path class=\"%s\" vector-effect=\"non-scaling-stroke\" d=\"", line->class_name);
    char verb = 'M';
    for (size_t i = 0; i < line->n; i++) {
      if (line->values[i] == INT64_MIN) {
        verb = 'M';
        continue;
      }
      int up = tall(line->values[i] - x->bottom, x->top - x->bottom, x->height);
      strbuf_fmt(b, "%c%d %d", verb, (int)step_x(i, line->n), x->height - up);
      verb = 'L';
    }
    strbuf_addz(b, "\"/>");
  }
  strbuf_addz(b, "</svg></svg>");
}

static void curve_area(struct strbuf *b, const struct svg_curve *x, const char *class_name, int64_t from, int64_t most) {
  bool started = false;
  strbuf_fmt(b, "<path class=\"%s\" d=\"", class_name);
  for (size_t i = 0; i < x->n; i++) {
    int64_t at = step_x(i, x->n);
    if (at < from)
      continue;
    if (!started)
      strbuf_fmt(b, "M%d %d", (int)at, x->height);
    started = true;
    strbuf_fmt(b, "L%d %d", (int)at, x->height - tall(x->heights[i], most, x->height));
  }
  strbuf_fmt(b, "L%d %dZ\"/>", PLOT_WIDTH, x->height);
}

void svg_curve(struct strbuf *b, const struct svg_curve *x) {
  int64_t most = 0;
  for (size_t i = 0; i < x->n; i++)
    most = x->heights[i] > most ? x->heights[i] : most;
  open_chart(b, x->height, false, x->sentence);
  open_stretched(b, x->height);
  curve_area(b, x, "s-sel", 0, most);
  if (x->mark >= 0)
    curve_area(b, x, "s-closed", x->mark, most);
  strbuf_addz(b, "</svg></svg>");
}

enum { LANE = 9, LANE_GAP = 2, TRACK_EDGE = 4 };

static int64_t track_place(const struct svg_track *x, int64_t at) { return place(at - x->first, x->last - x->first + 1); }

static void track_bar(struct strbuf *b, const struct svg_track *x, const struct svg_bar *bar) {
  int64_t from = track_place(x, bar->from), to = track_place(x, bar->to + 1);
  int whole = x->lanes * LANE + (x->lanes - 1) * LANE_GAP;
  if (to <= from)
    return;
  strbuf_fmt(b, "<rect class=\"%s\"", bar->class_name);
  add_attribute(b, "x", from);
  add_attribute(b, "width", to - from);
  if (bar->lane < 0)
    strbuf_fmt(b, " y=\"%d\" height=\"%d\"/>", TRACK_EDGE - 3, whole + 6);
  else
    strbuf_fmt(b, " y=\"%d\" height=\"%d\" rx=\"1.5\"/>", TRACK_EDGE + bar->lane * (LANE + LANE_GAP), LANE);
}

void svg_track(struct strbuf *b, const struct svg_track *x) {
  int height = 2 * TRACK_EDGE + x->lanes * LANE + (x->lanes - 1) * LANE_GAP;
  open_chart(b, height, false, x->sentence);
  for (size_t i = 0; i < x->n_bars; i++)
    track_bar(b, x, &x->bars[i]);
  for (size_t i = 0; i < x->n_marks; i++)
    if (x->marks[i].at >= x->first && x->marks[i].at <= x->last)
      add_vertical(b, x->marks[i].class_name, track_place(x, x->marks[i].at), 0, height);
  strbuf_addz(b, "</svg>");
}

void svg_scale(struct strbuf *b, const struct svg_tick *ticks, size_t n, int64_t first, int64_t last) {
  strbuf_addz(b, "<svg class=\"x\" height=\"18\" aria-hidden=\"true\">");
  for (size_t i = 0; i < n; i++) {
    int64_t at = place(ticks[i].at - first, last - first + 1);
    add_vertical(b, "l-line2", at, 4, 18);
    if (at > 92000)
      continue; /* no room for its text */
    strbuf_addz(b, "<text class=\"t1 tq\"");
    add_attribute(b, "x", at);
    strbuf_addz(b, " dx=\"4\" y=\"13\">");
    add_escaped(b, ticks[i].text);
    strbuf_addz(b, "</text>");
  }
  strbuf_addz(b, "</svg>");
}

void svg_step(struct strbuf *b, const struct svg_step *x) {
  int64_t from = place(x->from - x->low, x->high - x->low), to = place(x->to - x->low, x->high - x->low), left = from < to ? from : to;
  int64_t width = from < to ? to - from : from - to, seen = width > 300 ? width : 300; /* what moved is never invisible */
  int top = x->height / 4;
  strbuf_fmt(b, "<svg class=\"x\" height=\"%d\" aria-hidden=\"true\">", x->height);
  if (!x->first)
    add_vertical(b, "l-line2", x->last ? to : from, 0, top);
  strbuf_fmt(b, "<rect class=\"%s\"", x->class_name);
  add_attribute(b, "x", left);
  add_attribute(b, "width", seen);
  strbuf_fmt(b, " y=\"%d\" height=\"%d\"/>", top, x->height - 2 * top);
  if (!x->last)
    add_vertical(b, "l-line2", to, x->height - top, x->height);
  strbuf_addz(b, "</svg>");
}

void svg_columns(struct strbuf *b, const int64_t *values, size_t n, int64_t most, int height, struct str sentence) {
  open_chart(b, height, false, sentence);
  strbuf_fmt(b, "<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\"><path class=\"s-commit\" d=\"", height, (int)n * 4, height);
  for (size_t i = 0; i < n; i++) {
    int64_t tall = most > 0 ? values[i] * (height - 2) / most : 0;
    strbuf_fmt(b, "M%d %dv-%dh3v%dz", (int)i * 4, height, (int)(tall < 1 ? 1 : tall), (int)(tall < 1 ? 1 : tall));
  }
  strbuf_addz(b, "\"/></svg></svg>");
}

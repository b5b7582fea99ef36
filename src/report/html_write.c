/* The print sink: one page, nothing loaded from elsewhere, drawn charts. */
#include "base/strbuf.h"
#include "report/svg_plot.h"
#include "report/write.h"
#include "words/format.h"

enum { MOST_BYTES = 64 << 20 };

static const char style[] =
    ":root{--ink:#16201b;--soft:#5e6b64;--line:#d9dfdb;--bad:#b4532a;--good:#0e5a4b}"
    "*{box-sizing:border-box}body{font:14px/1.5 'Hanken Grotesk',Calibri,Carlito,'Segoe UI',Arial,sans-serif;color:var(--ink);margin:0 "
        "auto;max-width:900px;padding:32px 24px}"
    "h1{font-size:15px;font-weight:600;color:var(--soft);margin:0}h2{font-size:18px;margin:28px 0 2px}h3{font-size:13px;margin:14px 0 4px}"
    "p{margin:2px 0}.head{font-size:26px;line-height:1.25;font-weight:650;margin:6px 0}.claim{font-weight:600}.soft,footer,.src{color:var(--soft);font-size:12px}"
    ".cards{display:grid;grid-template-columns:repeat(4,1fr);gap:8px 16px;margin:12px 0}.card{border-top:2px solid var(--ink);padding-top:4px}"
    ".card b{display:block;font-size:22px;line-height:1.2;font-variant-numeric:tabular-nums}.bad b{color:var(--bad)}.good b{color:var(--good)}"
    "table{border-collapse:collapse;width:100%;font-size:12.5px;margin:4px 0 10px}caption{text-align:left;font-weight:600;padding:6px 0 2px}"
    "th,td{padding:3px 12px 3px 0;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}th{border-bottom-color:var(--ink);font-weight:600}"
    ".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;}.n+td:not(.n),.n+th:not(.n){padding-left:12px}"
    "a{color:inherit;text-decoration-color:var(--line)}"
    "svg{width:100%;height:auto;display:block}section{break-inside:auto}table,svg,.cards{break-inside:avoid}h2,h3{break-after:avoid}"
    "@media print{body{padding:0;max-width:none;font-size:11pt}@page{margin:16mm}a{text-decoration:none}}";

static void add_text(struct strbuf *b, const struct report *r, struct str s) {
  s = report_clean(r->reader->arena, s);
  for (size_t i = 0; i < s.n; i++) {
    switch (s.p[i]) {
      case '<': strbuf_addz(b, "&lt;"); break;
      case '>': strbuf_addz(b, "&gt;"); break;
      case '&': strbuf_addz(b, "&amp;"); break;
      case '"': strbuf_addz(b, "&quot;"); break;
      default: strbuf_addc(b, s.p[i]);
    }
  }
}

static void add_element(struct strbuf *b, const struct report *r, const char *tag, const char *class, struct str s) {
  if (s.n > 0) {
    strbuf_fmt(b, "<%s%s%s%s>", tag, class[0] != 0 ? " class=\"" : "", class, class[0] != 0 ? "\"" : "");
    add_text(b, r, s);
    strbuf_fmt(b, "</%s>", tag);
  }
}

static void add_linked(struct strbuf *b, const struct report *r, struct str text, struct str href) {
  struct str url = report_url(r, href);
  if (url.n > 0) {
    strbuf_addz(b, "<a href=\"");
    add_text(b, r, url);
    strbuf_addz(b, "\">");
  }
  add_text(b, r, text);
  strbuf_addz(b, url.n > 0 ? "</a>" : "");
}

static void add_cards(struct strbuf *b, const struct report *r, const struct report_section *s) {
  static const char *const tones[] = {"", " good", " bad"};
  bool any = false;
  for (size_t i = 0; i < s->n_figures; i++) {
    const struct report_figure *f = &s->figures[i];
    if (f->quiet) {
      continue;
    }
    strbuf_addz(b, any ? "" : "<div class=\"cards\">");
    any = true;
    strbuf_fmt(b, "<div class=\"card%s\"><span>", tones[f->tone]);
    add_text(b, r, f->label);
    strbuf_addz(b, "</span><b>");
    add_linked(b, r, report_figure_text(r, f, &f->value), f->value.href);
    strbuf_addz(b, "</b>");
    add_element(b, r, "span", "soft", f->note);
    strbuf_addz(b, "</div>");
  }
  strbuf_addz(b, any ? "</div>" : "");
}

static void add_table(struct strbuf *b, const struct report *r, const struct report_table *t) {
  if (t->n_rows == 0) {
    add_element(b, r, "h3", "", str_of(t->title));
    add_element(b, r, "p", "soft", str_of(t->empty));
    return;
  }
  strbuf_addz(b, "<table>");
  add_element(b, r, "caption", "", str_of(t->title));
  strbuf_addz(b, "<thead><tr>");
  for (size_t k = 0; k < t->n_columns; k++) {
    strbuf_fmt(b, "<th scope=\"col\"%s>", t->columns[k].kind != REPORT_TEXT ? " class=\"n\"" : "");
    add_text(b, r, str_of(t->columns[k].title));
    strbuf_addz(b, "</th>");
  }
  strbuf_addz(b, "</tr></thead><tbody>");
  for (size_t i = 0; i < t->n_rows; i++) {
    strbuf_addz(b, "<tr>");
    for (size_t k = 0; k < t->n_columns; k++) {
      const struct report_cell *c = &t->cells[i * t->n_columns + k];
      enum report_kind kind = report_kind_of(&t->columns[k], c);
      strbuf_addz(b, t->columns[k].kind != REPORT_TEXT ? "<td class=\"n\">" : "<td>");
      add_linked(b, r, report_cell_text(r, kind, c), c->href);
      strbuf_addz(b, "</td>");
    }
    strbuf_addz(b, "</tr>");
  }
  strbuf_addz(b, "</tbody></table>");
}

static void add_section(struct strbuf *b, const struct report *r, const struct report_section *s) {
  strbuf_fmt(b, "<section id=\"%s\">", s->id);
  add_element(b, r, "h2", "", s->heading);
  add_element(b, r, "p", "claim", s->claim);
  for (size_t i = 0; i < s->n_lines; i++) {
    add_element(b, r, "p", "", s->lines[i]);
  }
  add_cards(b, r, s);
  for (size_t i = 0; i < s->n_plots && !s->calm; i++) {
    svg_plot(b, r, &s->plots[i]);
  }
  for (size_t i = 0; i < s->n_tables && !s->calm; i++) {
    add_table(b, r, &s->tables[i]);
  }
  add_element(b, r, "p", "src", s->source);
  strbuf_addz(b, "</section>\n");
}

int report_write_html(const struct report *r, const char *path, struct err *e) {
  STRBUF_CLEANUP struct strbuf b = STRBUF_INIT(MOST_BYTES);
  struct str language = words_language(r->reader->words);
  strbuf_fmt(&b, "<!DOCTYPE html>\n<html lang=\"%.*s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>",
      STR_FMT(language));
  add_text(&b, r, r->title);
  strbuf_fmt(&b, "</title><style>%s</style></head><body>\n<header><h1>", style);
  add_text(&b, r, r->organization.n > 0 ? tr_fmt(r->reader, "{0} \u00b7 {1}", r->organization, r->title) : r->title);
  strbuf_addz(&b, "</h1>");
  add_element(&b, r, "p", "head", r->headline);
  add_element(&b, r, "p", "", r->second);
  add_element(&b, r, "p", "soft", r->subject);
  strbuf_addz(&b, "</header>\n<main>");
  for (size_t i = 0; i < r->n_sections; i++) {
    add_section(&b, r, &r->sections[i]);
  }
  strbuf_addz(&b, "</main></body></html>\n");
  return b.failed != 0 ? err_set(e, b.failed, "%s: the report is too large for a page", path) : report_put_file(path, strbuf_str(&b), e);
}
